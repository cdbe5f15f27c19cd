// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Magnitudes that tell a Unix time from a number of seconds, and its unit. Up to
// 1e8 (three years of seconds; the year 1973 as a time) it is a wait.
const (
	fromUnixSeconds = 1e8
	fromUnixMillis  = 1e11
	fromUnixMicros  = 1e14
	fromUnixNanos   = 1e17
)

// isoLayouts are the times in text form that rate-limit headers were seen with.
// Atlassian leaves the seconds out.
var isoLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05"}

// ParseReset reads the value of a Retry-After or reset header as the time from
// now. It may be seconds (with fraction), a Unix time in s, ms, us or ns, an
// ISO 8601 time, an HTTP date, or a Go-like duration ("6m0s"). Which one it is
// follows from shape and magnitude. What lies in the past is 0. The result is
// not capped.
func ParseReset(value string, now time.Time) (time.Duration, bool) {
	value = strings.Trim(strings.TrimSpace(value), `"`)
	if value == "" || len(value) > 64 {
		return 0, false
	}
	if wait, ok := parseNumber(value, now); ok {
		return wait, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return until(at, now), true
	}
	for _, layout := range isoLayouts {
		if at, err := time.Parse(layout, value); err == nil {
			return until(at, now), true
		}
	}
	if wait, err := time.ParseDuration(value); err == nil {
		return max(wait, 0), true
	}
	return 0, false
}

func until(at, now time.Time) time.Duration { return max(at.Sub(now), 0) }

// parseNumber reads a plain decimal number as a wait or as a Unix time.
func parseNumber(value string, now time.Time) (time.Duration, bool) {
	n, ok := decimal(value)
	if !ok {
		return 0, false
	}
	switch {
	case n < fromUnixSeconds:
		return seconds(n), true
	case n < fromUnixMillis:
		return until(unix(n), now), true
	case n < fromUnixMicros:
		return until(unix(n/1e3), now), true
	case n < fromUnixNanos:
		return until(unix(n/1e6), now), true
	default:
		return until(unix(n/1e9), now), true
	}
}

// parseSeconds reads a number of seconds, however large.
func parseSeconds(value string) (time.Duration, bool) {
	n, ok := decimal(strings.TrimSpace(value))
	if !ok {
		return 0, false
	}
	return seconds(n), true
}

// decimal reads digits with at most one point and a sign: no exponent, no
// hexadecimal, no infinity. A float is exact enough for a wait.
func decimal(s string) (float64, bool) {
	if s == "" || len(s) > 32 || strings.Trim(s, "0123456789.-+") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// seconds converts, with everything below zero as 0 and no overflow.
func seconds(n float64) time.Duration {
	const most = float64(math.MaxInt64 / int64(time.Second))
	return time.Duration(min(max(n, 0), most-1) * float64(time.Second))
}

// unix converts a Unix time of at most 1e26 seconds, cut to a sane year.
func unix(n float64) time.Time {
	whole := min(n, 1e11)
	return time.Unix(int64(whole), int64((whole-math.Trunc(whole))*1e9))
}

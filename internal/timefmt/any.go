// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import (
	"strings"
	"time"
)

// ParseAny reads a time of unknown format. A time without a zone is read in
// zone; nil means UTC. It knows
//
//   - the forms of ISO 8601 with and without zone (see parseISO), the leap
//     second read as by Format.Parse;
//   - Unix times, also with a fraction or an exponent: seconds below 10^11,
//     milliseconds below 10^14, microseconds below 10^17, else nanoseconds;
//   - eight or fourteen digits that are a day (and time) of the years 1900 to
//     2199, such as 20260101 and 20260101000000.000, as that day;
//   - the e-mail forms (RFC 5322, RFC 850, RFC 1123) and those of the C library.
//
// It doesn't know 01/02/2026, which has two meanings. Errors are ErrInvalid or
// ErrRange.
func ParseAny(s string, zone *time.Location) (time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	s = strings.TrimSpace(s)
	if len(s) < 10 || s[4] != '-' {
		if compactDay(s) {
			if t, _, ok := parseISO(s, zone); ok {
				return checkRange(t)
			}
		}
		if n, ok := parseInteger(s); ok {
			return unixTime(n, magnitude(len(s)))
		}
		if d, ok := scanDecimal(s); ok {
			return d.time(magnitude(len(d.whole) + d.exponent))
		}
	}
	if t, _, ok := parseISO(s, zone); ok {
		return checkRange(t)
	}
	return parseWords(s, zone)
}

// compactDay reports whether s is rather a day written in digits than a Unix time.
func compactDay(s string) bool {
	n := leadingDigits(s)
	if n != 8 && n != 14 || n == 8 && len(s) > 8 && s[8] == '.' {
		return false
	}
	century := s[:2]
	return century == "19" || century == "20" || century == "21"
}

// wordLayouts are the forms with names of months.
var wordLayouts = []string{
	"Mon, 2 Jan 2006 15:04:05 MST",
	"Mon, 2 Jan 2006 15:04:05 -0700",
	"Monday, 02-Jan-06 15:04:05 MST",
	"Mon Jan _2 15:04:05 2006",
	"Mon Jan _2 15:04:05 MST 2006",
	"Mon Jan _2 15:04:05 -0700 2006",
	"2 Jan 2006 15:04:05 MST",
	"2 Jan 2006 15:04:05 -0700",
	"Jan 2, 2006 3:04:05 PM",
	"02/Jan/2006:15:04:05 -0700",
}

// parseWords tries the forms with names of months.
func parseWords(s string, zone *time.Location) (time.Time, error) {
	if len(s) > 64 {
		return time.Time{}, ErrInvalid
	}
	for _, layout := range wordLayouts {
		if t, ok := parseLayout(layout, s, layoutMarks(layout), zone); ok {
			return checkRange(t)
		}
	}
	return time.Time{}, ErrInvalid
}

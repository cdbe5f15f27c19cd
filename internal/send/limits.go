// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Names of the headers, most specific first. Vendors agree on the idea and on
// little else.
var (
	retryAfterHeaders   = []string{"Retry-After", "X-Retry-After", "X-Ratelimit-Retry-After", "X-Ratelimit-Retryafter", "X-Ratelimit-Retry-At"}
	retryAfterMSHeaders = []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"}
	remainingHeaders    = []string{
		"X-Rate-Limit-Remaining", "X-Ratelimit-Remaining", "Ratelimit-Remaining", "X-Ratelimit-Requests-Remaining",
		"X-Ratelimit-Remaining-Requests", "X-Ratelimit-Route-Remaining", "Fastly-Ratelimit-Remaining",
	}
	limitHeaders = []string{
		"X-Rate-Limit-Limit", "X-Ratelimit-Limit", "Ratelimit-Limit", "X-Ratelimit-Requests-Limit", "X-Ratelimit-Limit-Requests",
	}
	resetHeaders = []string{
		"X-Rate-Limit-Reset", "X-Ratelimit-Reset", "Ratelimit-Reset", "X-Ratelimit-Requests-Reset",
		"X-Ratelimit-Reset-Requests", "Fastly-Ratelimit-Reset",
	}
)

// Limits is what the headers of one response say about the quota.
type Limits struct {
	Limit         int64 // requests per window, -1 unknown
	Remaining     int64 // requests left, -1 unknown
	Reset         time.Duration
	HasReset      bool
	RetryAfter    time.Duration
	HasRetryAfter bool
}

// Exhausted reports whether the quota is used up and the end of that is known.
func (l Limits) Exhausted() bool { return l.Remaining == 0 && l.HasReset }

// ParseLimits reads the headers. now should be the vendor's clock (Date header),
// because absolute times are meant on it. Unreadable headers count as absent.
func ParseLimits(h http.Header, now time.Time) Limits {
	l := Limits{Limit: count(h, limitHeaders), Remaining: count(h, remainingHeaders)}
	for _, name := range resetHeaders {
		if l.Reset, l.HasReset = ParseReset(h.Get(name), now); l.HasReset {
			break
		}
	}
	for _, name := range retryAfterHeaders {
		if l.RetryAfter, l.HasRetryAfter = ParseReset(h.Get(name), now); l.HasRetryAfter {
			return l
		}
	}
	for _, name := range retryAfterMSHeaders {
		if ms, ok := parseSeconds(h.Get(name)); ok {
			l.RetryAfter, l.HasRetryAfter = ms/1000, true
			return l
		}
	}
	return l
}

// count reads the first header that is a number. Some vendors append a policy,
// as "100, 100;w=60"; the number in front is what counts.
func count(h http.Header, names []string) int64 {
	for _, name := range names {
		text := h.Get(name)
		if i := strings.IndexAny(text, ",; "); i > 0 {
			text = text[:i]
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
			return n
		}
	}
	return -1
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import "time"

// quota is what rate-limit headers tell.
type quota struct {
	limit, remaining int
	reset            time.Time // whole seconds
}

// shownLimit is the limit in headers when none is enforced.
const shownLimit = 600

// quotaState counts requests in fixed windows and keeps the vendor closed after the limit is reached, or after a fault
// has said so, until the very second that was told to the client.
type quotaState struct {
	window time.Time // start of the present window
	used   int
	until  time.Time // closed before this
}

func (q *quotaState) closed(now time.Time) bool { return now.Before(q.until) }

// take counts a request. A request over the limit closes the vendor until the window ends.
func (q *quotaState) take(now time.Time, limit int, window time.Duration) {
	if start := now.Truncate(window); !start.Equal(q.window) {
		q.window, q.used = start, 0
	}
	q.used++
	if limit > 0 && q.used > limit {
		q.closeFor(now, q.window.Add(window).Sub(now))
	}
}

// closeFor closes the vendor for at least d, up to a whole second, as most vendors can't say anything finer.
func (q *quotaState) closeFor(now time.Time, d time.Duration) {
	until := now.Add(d).Truncate(time.Second)
	if until.Before(now.Add(d)) {
		until = until.Add(time.Second)
	}
	q.until = until
}

// now is what the headers of an answer say.
func (q *quotaState) now(now time.Time, limit int, window time.Duration) quota {
	if limit <= 0 {
		limit = shownLimit
	}
	if q.closed(now) {
		return quota{limit: limit, reset: q.until}
	}
	reset := q.window.Add(window).Truncate(time.Second)
	return quota{limit: limit, remaining: max(limit-q.used, 1), reset: reset}
}

// retryAfter is the time until the reset in whole seconds, rounded up, for vendors that tell a delay.
func (c *call) retryAfter() int {
	return max(int((c.quota.reset.Sub(c.now)+time.Second-1)/time.Second), 1)
}

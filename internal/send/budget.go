// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// probe is how long a budget waits at its reserve when the vendor doesn't say
// when the quota is filled again.
const probe = 10 * time.Second

// sameWindow is how far two announced ends of one quota window may differ: they
// are rounded to seconds, and the answers come at different times.
const sameWindow = 2 * time.Second

// Budget is a quota that several clients share. It learns from the vendor's
// headers and stops when only the reserve is left, until the vendor's window
// ends. It is safe for concurrent use. Make one with Budgets.
type Budget struct {
	limiter *rate.Limiter

	mu      sync.Mutex
	reserve float64
	// limit is the quota of a window and remaining what is left of it by our
	// count, -1 if not known. They hold until end.
	limit, remaining int64
	end              time.Time
	// blocked is when a 429 allows the next request.
	blocked time.Time
}

// Wait blocks until a request may be made and takes it from the budget. It
// returns early only with the error of ctx.
func (b *Budget) Wait(ctx context.Context) error {
	if err := b.limiter.Wait(ctx); err != nil {
		return err
	}
	for {
		wait := b.take(time.Now())
		if wait <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// take takes one request, or says how long to wait before the next try.
func (b *Budget) take(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait := b.blocked.Sub(now); wait > 0 {
		return wait
	}
	if b.remaining < 0 {
		return 0
	}
	if !now.Before(b.end) {
		b.remaining = -1
		return 0
	}
	if b.remaining <= b.floor() {
		return b.end.Sub(now)
	}
	b.remaining--
	return 0
}

// floor is what must be left of the quota.
func (b *Budget) floor() int64 {
	return int64(math.Ceil(b.reserve * float64(max(b.limit, 0))))
}

// Observe learns from the headers of a response that came at now.
func (b *Budget) Observe(l Limits, now time.Time) {
	if l.Remaining < 0 {
		return
	}
	end := now.Add(probe)
	if l.HasReset {
		end = now.Add(min(l.Reset, DefaultMaxRetryAfter))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if l.Limit >= 0 {
		b.limit = l.Limit
	} else {
		b.limit = max(b.limit, l.Remaining)
	}
	// Within one window the quota only shrinks. Answers may come out of order, and
	// our own count knows of requests that the vendor hasn't seen yet.
	if same := end.Sub(b.end).Abs() <= sameWindow; same && b.remaining >= 0 {
		b.remaining = min(b.remaining, l.Remaining)
		return
	}
	b.remaining, b.end = l.Remaining, end
}

// Block holds all requests back until t, after a 429.
func (b *Budget) Block(t time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.After(b.blocked) {
		b.blocked = t
	}
}

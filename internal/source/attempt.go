// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/window"
)

const (
	// maxRefusals is how often the vendor may refuse a request by a status that
	// does not say why, before the cursor of its own making is taken as expired,
	// or the start of the window as too long ago.
	maxRefusals = 3
	// maxUseless is how often a page of a sweep is asked for in vain, before the
	// polls go on and the sweep waits for the next one. In an outage they wait too.
	maxUseless = 8
	// worthKeeping is how long a wait must be to be stored, so that a restart
	// does not cut it short.
	worthKeeping = 5 * time.Second
)

func windowOf(w checkpoint.Walk) window.Window { return window.Window{From: w.From, To: w.To} }

// fetchPage gets one page, however often it takes; ask is for smaller pages from
// then on if that one was too large, and ahead is that of the vendor's clock. It ends early only with ctx, or when the
// walk can't go on as it is.
func (s *Source) fetchPage(ctx context.Context, ask *fetch.Ask, ahead time.Duration, sweep bool, out chan<- fetched) fetched {
	t := tries{s: s, ask: ask, sweep: sweep, usual: ask.PageSize, by: quickly, next: s.set.Retry.start(s.fetchRandom)}
	for {
		started := time.Now()
		ask.Now = started.UTC().Add(ahead)
		res, err := s.fetcher.Fetch(ctx, *ask)
		if err == nil {
			s.observer.Attempted(Attempt{Took: time.Since(started), Bytes: res.Bytes, Records: res.Fetched, Remaining: res.Remaining})
			return fetched{result: res, size: ask.PageSize, asked: started, answered: time.Now()}
		}
		if ctx.Err() != nil {
			return fetched{err: ctx.Err()}
		}
		failure, answered := classify(err), time.Now()
		pause := pauseAfter(failure, t.next)
		s.observer.Attempted(Attempt{Err: err, Class: string(failure.Class), Wait: pause, Took: time.Since(started)})
		why, now := t.judge(failure, answered)
		if !now {
			if pause >= worthKeeping && failure.Class == send.ClassRateLimit {
				select {
				case out <- fetched{notBefore: time.Now().UTC().Add(pause)}:
				case <-ctx.Done():
				}
			}
			if !wait(ctx, pause) {
				return fetched{err: ctx.Err()}
			}
		}
		if why != notEnded {
			return fetched{end: walkEnd{why: why, err: err}, result: fetch.Result{Date: dateOf(failure)}, asked: started, answered: answered}
		}
	}
}

// tries are those to get one page.
type tries struct {
	s     *Source
	ask   *fetch.Ask
	sweep bool
	// usual is the page size of the walk so far.
	usual int64
	next  func() time.Duration
	// by divides the size of a page that is too large: carefully once the vendor may
	// have objected to one.
	by int64
	// refusals and useless count the answers that are judged by their number.
	refusals, useless int
}

// judge says whether the walk can't go on after a failure, and whether that is so
// now or after the pause; else it may change what is asked for.
func (t *tries) judge(failure *send.Error, answered time.Time) (why endReason, now bool) {
	t.useless++
	if t.ask.PageSize != t.usual && objects(failure) {
		t.ask.PageSize, t.by = t.usual, carefully // no page has come with the other size
		return notEnded, false
	}
	tooOld := t.s.tooOld(*t.ask, failure, answered)
	if refused(failure) && (t.ask.Position.Opaque() || tooOld) {
		t.refusals++
	}
	why = lost(t.ask, failure, t.refusals, tooOld)
	switch {
	case why != notEnded:
		return why, true
	case t.sweep && t.useless >= maxUseless:
		return endStuck, false
	case failure.TooLarge && t.by == quickly && t.s.smaller(t.ask, t.by):
		return notEnded, false
	case failure.TooLarge && t.s.narrower(t.ask):
		return endTooLarge, false
	case failure.TooLarge && t.s.smaller(t.ask, t.by):
		return notEnded, false
	default:
		return notEnded, false
	}
}

// lost tells whether the walk is over because of what the vendor refuses: a
// position that it doesn't know any more, or a time that it doesn't keep.
func lost(ask *fetch.Ask, failure *send.Error, refusals int, tooOld bool) endReason {
	opaque := ask.Position.Opaque()
	switch {
	case failure.Class == send.ClassCursorExpired && opaque:
		return endExpired
	case refusals < maxRefusals:
		return notEnded
	case tooOld && !opaque:
		return endTooOld
	default:
		return endExpired
	}
}

// pauseAfter is how long to wait after a failure; next is that by the back-off.
func pauseAfter(failure *send.Error, next func() time.Duration) time.Duration {
	if failure.Class == send.ClassRateLimit && failure.RetryAfter > 0 {
		return failure.RetryAfter + next()/8 // the vendor knows; some jitter
	}
	return max(failure.RetryAfter, next())
}

// classify finds the class of a failed request; what has none is worth a retry.
func classify(err error) *send.Error {
	var failure *send.Error
	if errors.As(err, &failure) {
		return failure
	}
	return &send.Error{Class: send.ClassRetry, Err: err}
}

// tooOld tells whether a request begins before what the vendor keeps. Most
// vendors answer such a request; to some it is an error, for ever.
func (s *Source) tooOld(ask fetch.Ask, e *send.Error, answered time.Time) bool {
	if !s.set.ByTime || s.set.Retention <= 0 || ask.Window.From.IsZero() {
		return false
	}
	now := dateOf(e)
	if now.IsZero() {
		now = answered.UTC()
	}
	return ask.Window.From.Before(now.Add(-s.set.Retention))
}

// dateOf is the vendor's time by its answer; zero if it told none.
func dateOf(e *send.Error) time.Time {
	date, err := http.ParseTime(e.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date
}

// refused tells whether a status may mean that the cursor is not known any more.
func refused(e *send.Error) bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity:
		return e.Class == send.ClassConfig
	default:
		return false
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// endReason says why a walk stopped.
type endReason uint8

const (
	notEnded    endReason = iota
	endDrained            // the vendor has no further page
	endBudget             // the poll's page budget is spent
	endLoop               // the pages go in circles
	endExpired            // the vendor no longer knows the position
	endTooOld             // the vendor can't be asked for so long ago
	endTooLarge           // a page is too large, and its window can be halved
	endStuck              // a page of a sweep cannot be had: the polls must not wait for it
)

// walkEnd is how a walk stopped.
type walkEnd struct {
	why      endReason
	position paging.Position // where a stream goes on
	err      error           // the answer that stopped it, if that brought no page
}

// fetched is what the fetching stage hands to the delivering stage.
type fetched struct {
	result fetch.Result
	end    walkEnd
	// asked and answered are our clock around the request: the delivery of the
	// page before may take long.
	asked, answered time.Time
	// size is the page size that this page and its position came with; 0 = the usual one.
	size int64
	// notBefore is set alone: the vendor asked us to wait until then.
	notBefore time.Time
	err       error
	delivery  *delivery
}

// walk reads the pages of w from its position on, at most budget of them. The
// next page is fetched while one is delivered, as far as pace allows it. It
// returns when the walk stopped and everything it delivered is submitted.
func (s *Source) walk(ctx, hard context.Context, w *checkpoint.Walk, budget int, sweep bool) (pages int, end walkEnd, err error) {
	walkCtx, cancel := context.WithCancel(ctx)
	out := make(chan fetched)
	go s.fetchPages(walkCtx, *w, budget, sweep, out)
	defer func() {
		cancel()
		for f := range out { // lets the fetching stage end
			f.result.Done()
		}
	}()
	for f := range out {
		if f.err != nil {
			return pages, end, f.err
		}
		if !f.notBefore.IsZero() {
			s.state.NotBefore = f.notBefore
			if err := s.submit(hard); err != nil {
				return pages, end, err
			}
			continue
		}
		if f.end.err != nil {
			s.learnClock(f)
			return pages, f.end, nil
		}
		if ctx.Err() != nil {
			f.result.Done()
			return pages, end, ctx.Err() // not yet handed over: it is fetched again
		}
		pages++
		f.delivery.begin()
		err := s.deliver(hard, w, f, sweep)
		s.pace.delivered(f.delivery)
		if err != nil {
			return pages, end, err
		}
		if f.end.why != notEnded {
			return pages, f.end, nil
		}
	}
	return pages, end, ctx.Err()
}

// fetchPages is the fetching stage. It ends with the walk or with ctx, and
// closes out.
func (s *Source) fetchPages(ctx context.Context, w checkpoint.Walk, budget int, sweep bool, out chan<- fetched) {
	defer close(out)
	ahead := time.Until(s.clock.now())
	trail := newTrail(s.set, w, s.state.LastTimestamp)
	ask := fetch.Ask{Window: windowOf(w), Position: w.Position, PageSize: w.PageSize, Floor: s.state.Floor}
	if trail.stopBefore.After(ask.Floor) {
		ask.Floor = trail.stopBefore
	}
	for n := 1; ; n++ {
		f := s.fetchPage(ctx, &ask, ahead, sweep, out)
		if f.err == nil && f.end.why == notEnded {
			f.end = trail.judge(f, n, budget)
		}
		f.delivery = newDelivery(f)
		select {
		case out <- f:
		case <-ctx.Done():
			f.result.Done()
			return
		}
		if f.err != nil || f.end.why != notEnded {
			return
		}
		if !s.pace.next(ctx, f.delivery) || !wait(ctx, time.Until(f.result.NotBefore)) {
			return
		}
		ask.Position = f.result.Next.Position
	}
}

// trail watches where a walk goes, to tell when it is over.
type trail struct {
	set     Settings
	visited map[[sha256.Size]byte]struct{} // marks of positions
	empty   int
	// stopBefore ends a newest-first list that can't be asked by time: older
	// pages were read by the walk before.
	stopBefore time.Time
}

func newTrail(set Settings, w checkpoint.Walk, high time.Time) *trail {
	t := &trail{set: set, empty: w.Empty, visited: map[[sha256.Size]byte]struct{}{w.Position.Mark(): {}}}
	if set.endsByAge() && !high.IsZero() {
		t.stopBefore = high.Add(-set.Window.Overlap)
	}
	return t
}

// judge says whether the walk is over after the n-th page.
func (t *trail) judge(f fetched, n, budget int) walkEnd {
	r, next := f.result, f.result.Next.Position
	if r.Fetched > 0 {
		t.empty = 0
	} else {
		t.empty++
	}
	mark := next.Mark()
	_, seen := t.visited[mark]
	t.visited[mark] = struct{}{}
	switch {
	case r.Next.Loop:
		return walkEnd{why: endLoop}
	case r.Next.End:
		return walkEnd{why: endDrained, position: next}
	case !t.stopBefore.IsZero() && !r.Newest.IsZero() && r.Newest.Before(t.stopBefore):
		return walkEnd{why: endDrained}
	case seen, t.empty >= t.mayBeEmpty(f.size):
		return walkEnd{why: endLoop}
	case n >= budget:
		return walkEnd{why: endBudget}
	default:
		return walkEnd{}
	}
}

// mayBeEmpty is how many empty pages in a row are followed: as many as there are
// in the usual number of pages of the usual size.
func (t *trail) mayBeEmpty(size int64) int {
	if size <= 0 {
		return t.set.MaxEmpty
	}
	return t.set.MaxEmpty * int(max(1, t.set.Paging.PageSize/size))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// poll is one wake-up: it walks windows until the source has caught up or the
// page budget is spent. behind tells that there is more to get at once.
func (s *Source) poll(ctx, hard context.Context) (behind bool, err error) {
	s.newRecords, s.expiries = 0, 0
	if err := s.deliverGaps(ctx, hard); err != nil {
		return false, err
	}
	budget := s.set.MaxPages
	over, caughtUp := false, false
	for budget > 0 && !over && ctx.Err() == nil {
		if s.state.Walk == nil {
			s.planWalk()
		}
		pages, end, err := s.walk(ctx, hard, s.state.Walk, budget, false)
		if err != nil {
			return false, errors.Join(err, s.flush(hard))
		}
		budget -= pages
		if over, err = s.conclude(hard, end); err != nil {
			return false, err
		}
		caughtUp = over && end.why == endDrained
	}
	if caughtUp {
		if err := s.sweep(ctx, hard); err != nil {
			return false, errors.Join(err, s.flush(hard))
		}
	}
	if err := s.deliverGaps(ctx, hard); err != nil {
		return false, err
	}
	if err := s.flush(hard); err != nil {
		return false, err
	}
	s.observer.Noticed(Notice{Kind: PollDone, Low: s.covered(), High: s.state.LastTimestamp, CaughtUp: caughtUp, New: s.newRecords})
	return !over, nil
}

// conclude judges how a walk of the main window ended. It tells whether the
// poll is over.
func (s *Source) conclude(hard context.Context, end walkEnd) (pollOver bool, err error) {
	w := s.state.Walk
	switch end.why {
	case endBudget:
		return false, nil
	case endExpired:
		return s.expired(hard, end.err)
	case endTooOld:
		return s.planAgain(hard, end.err)
	case endTooLarge:
		s.halve(s.state.Walk)
		return false, s.submit(hard)
	case endLoop:
		s.observer.Noticed(Notice{Kind: Looped, Text: "the vendor's pages go in circles; the poll has stopped and the next one tries again"})
		if !s.set.stream() {
			s.restart(w)
		}
		return true, s.submit(hard)
	}
	if s.capped(w) {
		return false, s.submit(hard)
	}
	if s.mustReadAgain(w) {
		s.restart(w)
		w.Pass++
		return false, s.submit(hard)
	}
	caughtUp := w.CaughtUp
	s.drained(w, end.position)
	return caughtUp, s.submitMove(hard, w)
}

// maxExpiries is how many lost cursors one poll goes on after.
const maxExpiries = 3

// restart begins a walk over its window again; what it delivered is remembered.
func (s *Source) restart(w *checkpoint.Walk) {
	*w = checkpoint.Walk{
		From: w.From, To: w.To, CaughtUp: w.CaughtUp, Until: w.Until, UntilCaughtUp: w.UntilCaughtUp,
		Newest: w.Newest, Asked: w.Asked, Pass: w.Pass,
	}
}

// mustReadAgain tells whether rows may have moved past the walk: its positions
// count rows, it took more than one page, and it found something new (F09).
func (s *Source) mustReadAgain(w *checkpoint.Walk) bool {
	if s.seen.cut().After(w.From) {
		return false // what was forgotten would look new
	}
	return s.set.Verify && s.set.Paging.Type.Drifts() && !s.set.stream() && w.Pages > 1 && w.New > 0 && w.Pass+1 < maxPasses
}

// capped handles a window that reached the vendor's result cap: the lower half
// is walked instead. Where nothing smaller can be asked for, the window is
// drained as far as it can be, and a gap says so (F15).
func (s *Source) capped(w *checkpoint.Walk) bool {
	if !s.atCap(w) {
		return false
	}
	if !s.halve(w) {
		s.gapOnce(Gap{From: w.From, To: w.To, Reason: GapUnsplittable, Detail: "the vendor cuts the result off and can't be asked for less"}, false)
		return false
	}
	return true
}

// atCap tells whether the vendor has cut the walk's result off. A few records
// short of the cap count as well: rows that were inserted meanwhile push others
// out at the end, and a walk that was resumed has not counted them.
func (s *Source) atCap(w *checkpoint.Walk) bool {
	limit := s.set.MaxResults
	return limit > 0 && w.Records >= limit-limit/20
}

// expired goes on after the vendor forgot the walk's position (F13). A walk that
// takes longer than the vendor's cursors live is made smaller.
func (s *Source) expired(hard context.Context, cause error) (pollOver bool, err error) {
	s.expiries++
	text := "the vendor no longer knows the cursor: the window is read again from its start"
	if w := s.state.Walk; s.set.stream() {
		text = "the vendor no longer knows the cursor: going on from the newest event minus the overlap"
		s.fallBack()
		s.state.Walk = nil
	} else if w.Expired == 0 || !s.halve(w) {
		expired := w.Expired + 1
		s.restart(w)
		w.Expired = expired
	}
	s.observer.Noticed(Notice{Kind: CursorExpired, Text: text, Err: cause})
	return s.expiries >= maxExpiries, s.submit(hard)
}

// planAgain gives up a walk that begins before what the vendor keeps, and that
// it therefore refuses. The next one begins at the oldest event there can be;
// what is lost in between is found, and reported, with its first answer (F14).
func (s *Source) planAgain(hard context.Context, cause error) (pollOver bool, err error) {
	s.expiries++
	s.state.Walk = nil
	s.clock.ours = true // where no answer tells the vendor's clock, ours has to do
	s.observer.Noticed(Notice{
		Kind: CursorExpired, Err: cause,
		Text: "the vendor refuses to be asked for a time before its retention: going on from the oldest event that it keeps",
	})
	return s.expiries >= maxExpiries, s.submit(hard)
}

// submit hands the state over to be stored.
func (s *Source) submit(ctx context.Context) error {
	return s.submitWith(ctx, nil)
}

// submitMove is submit for a walk's end. When the walk brought nothing, only the
// watermark has moved; that is stored now and then.
func (s *Source) submitMove(ctx context.Context, w *checkpoint.Walk) error {
	idle := s.idleCommit()
	if w.New == 0 && s.newRecords == 0 && !s.moved() && s.state.LastTimestamp.Equal(s.submittedHigh) && time.Since(s.saved) < idle && s.covered().Sub(s.submittedLow) < idle {
		return nil
	}
	return s.submit(ctx)
}

// idleCommit is how long the watermark may move without being stored: a crash
// then only looks back a little further.
func (s *Source) idleCommit() time.Duration {
	return min(max(s.set.Window.Overlap/2, time.Minute), 5*time.Minute)
}

// flush waits until everything submitted is durable.
func (s *Source) flush(ctx context.Context) error { return s.commits.flush(ctx) }

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// sweep does a part of the deeper re-read when one is due (F01). It delivers
// only what was not yet seen: events that the vendor stored later than the
// overlap looks back. It takes turns with the polls, and never moves the
// watermark.
func (s *Source) sweep(ctx, hard context.Context) error {
	if s.set.SweepEvery <= 0 || !s.set.ByTime {
		return nil
	}
	if sw := s.state.Sweep; sw != nil && sw.Walk.From.Before(s.seen.cut()) {
		s.state.Sweep = nil // it was stuck for so long that it could not tell late events from repeats any more
	}
	if s.state.Sweep == nil {
		if s.clock.now().Sub(s.state.LastSweep) < s.set.SweepEvery || !s.planSweep() {
			return nil
		}
	}
	budget := maxSweepPages
	for budget > 0 && s.state.Sweep != nil && ctx.Err() == nil {
		sw := s.state.Sweep
		pages, end, err := s.walk(ctx, hard, &sw.Walk, budget, true)
		if err != nil {
			return err
		}
		budget -= pages
		switch end.why {
		case endBudget:
		case endExpired:
			// Smaller pages make a walk longer than the vendor's cursors may live.
			if sw.Walk.PageSize == 0 || !s.halve(&sw.Walk) {
				sw.Walk.Position, sw.Walk.PageSize = paging.Position{}, 0
			}
			budget-- // an answer that refuses is a page too
		case endTooLarge:
			s.halve(&sw.Walk)
			budget--
		case endStuck:
			return s.submit(hard) // the next poll tries again
		case endTooOld:
			s.state.Sweep = nil // the next poll plans one within the retention
		default:
			s.sweepOn()
		}
		if err := s.submit(hard); err != nil {
			return err
		}
	}
	return nil
}

// planSweep begins a sweep, or returns false when there is nothing below the
// overlap to look at.
func (s *Source) planSweep() bool {
	since := s.clock.now().Add(-s.set.SweepDepth)
	if s.set.Retention > 0 {
		if oldest := s.clock.now().Add(-s.set.Retention); since.Before(oldest) {
			since = oldest
		}
	}
	if since.Before(s.state.Begin) {
		since = s.state.Begin
	}
	until := s.state.Low.Add(-s.set.Window.Overlap)
	if cut := s.seen.cut(); since.Before(cut) {
		// Below the cut a sweep could not tell late events from repeats.
		s.gapOnce(Gap{From: since, To: cut, Reason: GapDedupeOverflow, Detail: "the sweep can't look here: raise `dedupe::max_uids` or lower `time_filter::sweep::depth`"}, true)
		since = cut
	}
	since, until = s.floor(since), s.floor(until)
	if !since.Before(until) {
		s.state.LastSweep = s.clock.now()
		return false
	}
	s.state.Sweep = &checkpoint.Sweep{Since: since, Until: until, Walk: s.sweepWindow(since, until)}
	return true
}

// sweepWindow is the part of a sweep that one walk looks at.
func (s *Source) sweepWindow(from, until time.Time) checkpoint.Walk {
	w := checkpoint.Walk{From: from}
	if !s.set.Window.HasEnd {
		return w
	}
	w.To = until
	if size := s.set.Window.Size; size > 0 && until.Sub(from) > size {
		w.To = s.floor(from.Add(size))
	}
	return w
}

// sweepOn goes to the sweep's next window, or ends the sweep.
func (s *Source) sweepOn() {
	sw := s.state.Sweep
	if s.atCap(&sw.Walk) {
		if s.halve(&sw.Walk) {
			return
		}
		s.gap(Gap{From: sw.Walk.From, To: sw.Walk.To, Reason: GapUnsplittable, Detail: "the vendor cuts the result of the sweep off and can't be asked for less"})
	}
	if rest := s.remainder(&sw.Walk); rest != nil {
		sw.Walk = *rest
		return
	}
	if !s.set.Window.HasEnd || !sw.Walk.To.Before(sw.Until) {
		s.state.Sweep, s.state.LastSweep = nil, s.clock.now()
		return
	}
	sw.Walk = s.sweepWindow(sw.Walk.To, sw.Until)
}

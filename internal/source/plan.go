// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// planWalk begins the next walk of the main window.
func (s *Source) planWalk() {
	w := checkpoint.Walk{CaughtUp: true}
	if s.set.ByTime {
		w = s.planWindow()
	}
	if s.set.stream() {
		w.Position = s.state.Position
	}
	s.state.Walk = &w
}

func (s *Source) planWindow() checkpoint.Walk {
	planner := s.set.Window
	if s.set.stream() {
		// The window only says where a stream without a cursor starts. An upper
		// bound would make Okta's endless result a finite one.
		planner.HasEnd = false
	}
	win, caughtUp := planner.Plan(window.Position{Low: s.state.Low, High: s.state.LastTimestamp, Now: s.now()})
	// Nothing from before the start is owed.
	if begin := s.floor(s.state.Begin); win.From.Before(begin) {
		win.From = begin
		if planner.ExclusiveStart {
			win.From = begin.Add(-planner.Granule)
		}
	}
	if cut := s.seen.cut(); win.From.Before(cut) && cut.Before(s.state.Low) {
		s.gap(Gap{From: win.From, To: cut, Reason: GapDedupeOverflow, Detail: "raise `dedupe::max_uids` to look back further"})
		win.From = s.floor(cut)
	}
	if !win.To.IsZero() && win.To.Before(win.From) {
		win.To = win.From
	}
	return checkpoint.Walk{From: win.From, To: win.To, CaughtUp: caughtUp}
}

func (s *Source) floor(t time.Time) time.Time {
	if s.set.Window.Floor == nil {
		return t
	}
	return s.set.Window.Floor(t)
}

// checkRetention reports what the vendor has dropped before it was read (F14).
func (s *Source) checkRetention() {
	if s.set.Retention <= 0 || s.state.Low.IsZero() || (s.state.Walk != nil && !s.resumed) {
		return
	}
	s.resumed = false
	oldest := s.floor(s.now().Add(-s.set.Retention))
	// A vendor's retention is not exact to the minute, and neither is a walk that
	// reads its oldest end: a false gap would be worse than a late one.
	if slack := s.set.Retention / 50; !s.state.Low.Add(slack).Before(oldest) {
		return
	}
	s.gap(Gap{From: s.state.Low, To: oldest, Reason: GapRetention, Detail: "the source was behind for longer than the vendor keeps events"})
	s.state.Low = oldest
	if w := s.state.Walk; w != nil && w.From.Before(oldest) && !s.set.stream() {
		s.state.Walk = nil
	}
}

// drained moves the watermarks after the vendor has shown every page of w.
func (s *Source) drained(w *checkpoint.Walk, end paging.Position) {
	win := window.Window{From: w.From, To: w.To}
	switch {
	case s.set.stream():
		s.state.Position, s.state.Cursor = end, end.Token()
		// A stream that ended has shown everything up to the vendor's now.
		win.To = w.AsOf
		s.state.Low = s.set.Window.Drained(s.state.Low, win, w.AsOf, w.Newest)
		if s.state.Floor.After(s.state.Begin) {
			s.state.Floor = s.state.Begin // the re-read after a lost cursor is over
		}
	case s.set.ByTime:
		s.state.Low = s.set.Window.Drained(s.state.Low, win, w.AsOf, w.Newest)
	default:
		win.To = w.AsOf
		s.state.Low = s.set.Window.Drained(s.state.Low, win, w.AsOf, w.Newest)
	}
	s.raiseHigh(w.Newest)
	// CP6: until the next commit a crash walks this window's last page again.
	s.state.Walk = nil
	s.state.WalkNo++
	s.seen.evict(s.horizon(), s.state.WalkNo)
}

func (s *Source) raiseHigh(t time.Time) {
	if t.After(s.state.LastTimestamp) {
		s.state.LastTimestamp = t
	}
}

// horizon is the event time below which no later request asks.
func (s *Source) horizon() time.Time {
	base := s.state.Low
	if high := s.state.LastTimestamp; !high.IsZero() && high.Before(base) {
		base = high
	}
	horizon := base.Add(-s.set.Window.Overlap - s.set.Window.Granule)
	if s.set.SweepDepth > 0 {
		if deepest := s.now().Add(-s.set.SweepDepth); deepest.Before(horizon) {
			horizon = deepest
		}
		if sw := s.state.Sweep; sw != nil && sw.Since.Before(horizon) {
			horizon = sw.Since
		}
	}
	return horizon
}

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
		w.Position, w.PageSize = s.state.Position, s.state.PageSize
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
	low := s.state.Low
	if s.set.stream() && !s.state.CursorLost {
		// Until there is a first cursor, the stream begins where it began: its order
		// is that of arrival, and no overlap covers what arrives late.
		low = s.state.Begin
	}
	win, caughtUp := planner.Plan(window.Position{Low: low, High: s.state.LastTimestamp, Now: s.clock.now()})
	// Nothing from before the start is owed.
	if begin := s.floor(s.state.Begin); win.From.Before(begin) {
		win.From = begin
		if planner.ExclusiveStart {
			win.From = begin.Add(-planner.Granule)
		}
	}
	if oldest := s.oldest(); win.From.Before(oldest) {
		win.From = oldest
	}
	if cut := s.seen.cut(); win.From.Before(cut) && cut.Before(s.state.Low) {
		s.gapOnce(Gap{From: win.From, To: cut, Reason: GapDedupeOverflow, Detail: "raise `dedupe::max_uids` to look back further"}, false)
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

// covered is the time up to which everything that the vendor had is delivered: on
// its clock, or on ours as long as that is a guess.
func (s *Source) covered() time.Time {
	at := covered(s.state)
	if s.clock.guess() && s.state.CaughtUp.After(at) {
		return s.state.CaughtUp
	}
	return at
}

func covered(state checkpoint.State) time.Time {
	if state.Covered.After(state.Low) {
		return state.Covered
	}
	return state.Low
}

// checkRetention reports what the vendor has dropped before it was read (F14).
// It judges by the vendor's clock, as ours may be days off, or else by how long ago
// everything was read on ours.
func (s *Source) checkRetention() {
	if s.set.Retention <= 0 {
		return
	}
	now, covered, reached := s.clock.at(s.lastAsked), s.covered(), &s.state.Covered
	var ahead time.Duration // what the interval may be off by
	if s.clock.guess() {
		ahead, now, reached = now.Sub(s.lastAsked), s.lastAsked, &s.state.CaughtUp
	}
	oldest := s.floor(now.Add(-s.set.Retention))
	if covered.IsZero() || !covered.Before(oldest) {
		return
	}
	// A first start may begin at the oldest event there is; what goes while it is
	// read was not owed for long. A false gap would be worse.
	if slack := s.set.Retention / 50; !covered.After(s.state.Begin) && !covered.Add(slack).Before(oldest) {
		return
	}
	from := s.floor(covered.Add(min(ahead, 0) - s.set.Window.Overlap)) // what was still to come late is gone with it
	if from.Before(s.state.Begin) {
		from = s.state.Begin
	}
	s.gap(Gap{From: from, To: oldest.Add(max(ahead, 0)), Reason: GapRetention, Detail: "the source was behind for longer than the vendor keeps events"})
	*reached = oldest
}

// oldest is the time below which there is no use in asking; zero = not known.
// Until an answer has told the vendor's clock, it leaves room for a wrong one.
func (s *Source) oldest() time.Time {
	if s.set.Retention <= 0 {
		return time.Time{}
	}
	room := time.Duration(0)
	if !s.clock.known() {
		room = 48 * time.Hour
	}
	return s.floor(s.clock.reached(time.Now()).Add(-s.set.Retention - room))
}

// drained moves the watermarks after the vendor has shown every page of w.
func (s *Source) drained(w *checkpoint.Walk, end paging.Position) {
	s.checkRetention() // rows may have gone while the walk was under way
	win := window.Window{From: w.From, To: w.To}
	proven, likely := s.clock.reached(w.Asked), s.clock.at(w.Asked)
	switch {
	case s.set.stream():
		end, s.state.PageSize = s.set.Paging.Restored(end, w.PageSize)
		s.state.Position, s.state.Cursor = end, end.Token()
		// A stream that ended has shown everything up to the vendor's now.
		win.To = proven
		s.state.Low = s.set.Window.Drained(s.state.Low, win, proven, w.Newest)
		if s.state.Floor.After(s.state.Begin) {
			s.state.Floor = s.state.Begin // the re-read after a lost cursor is over
		}
	case s.set.ByTime:
		s.state.Low = s.set.Window.Drained(s.state.Low, win, proven, w.Newest)
	default:
		win.To = proven
		s.state.Low = s.set.Window.Drained(s.state.Low, win, proven, w.Newest)
	}
	// Not beyond the first answer either: what came while the walk went on may lie
	// below an event from the future that it met.
	if high := w.Newest; high.After(likely) {
		s.raiseHigh(likely)
	} else {
		s.raiseHigh(high)
	}
	if w.CaughtUp {
		s.state.CaughtUp = w.Asked.Add(-s.set.Window.Delay)
		if s.set.stream() {
			s.state.CaughtUp = s.lastAsked // a stream ends with whatever came last
		}
		s.cover()
	}
	// CP6: until the next commit a crash walks this window's last page again.
	s.state.Walk = s.remainder(w)
	if w.Records == 0 && !s.set.ByTime {
		return // an empty list may be a lie, and must not make what it listed look new
	}
	s.seen.evict(s.horizon(), s.state.WalkNo)
	s.state.WalkNo++
}

// cover moves the time up to which everything is delivered to that of the last
// walk that has caught up. As long as the vendor's clock is a guess it stays: the
// time that is learned later would look like a gap.
func (s *Source) cover() {
	if s.clock.guess() || s.state.CaughtUp.IsZero() {
		return
	}
	if covered := s.clock.at(s.state.CaughtUp); covered.After(s.state.Covered) {
		s.state.Covered = covered
	}
}

// remainder is what is left of a window that was split; nil when nothing is.
func (s *Source) remainder(w *checkpoint.Walk) *checkpoint.Walk {
	if !w.To.Before(w.Until) {
		return nil
	}
	from := w.To
	if s.set.Window.ExclusiveStart {
		from = from.Add(-s.set.Window.Granule)
	}
	return &checkpoint.Walk{From: from, To: w.Until, CaughtUp: w.UntilCaughtUp}
}

// halve makes w the lower half of itself. Its other half follows once it is
// drained. It returns false when w can't be made smaller.
func (s *Source) halve(w *checkpoint.Walk) bool {
	half, ok := s.set.Window.Split(windowOf(*w))
	if !ok {
		return false
	}
	until, caughtUp := w.Until, w.UntilCaughtUp
	if until.IsZero() {
		until, caughtUp = w.To, w.CaughtUp
	}
	*w = checkpoint.Walk{From: half.From, To: half.To, Until: until, UntilCaughtUp: caughtUp, Newest: w.Newest}
	return true
}

// raiseHigh moves the high watermark, not beyond the vendor's clock: an event
// that says it is from tomorrow must not hide those of today (F07).
func (s *Source) raiseHigh(t time.Time) {
	if now := s.clock.now(); t.After(now) {
		t = now
	}
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
		if deepest := s.clock.now().Add(-s.set.SweepDepth); deepest.Before(horizon) {
			horizon = deepest
		}
		if sw := s.state.Sweep; sw != nil && sw.Since.Before(horizon) {
			horizon = sw.Since
		}
	}
	return horizon
}

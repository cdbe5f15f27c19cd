// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package window

import "time"

// Window is the interval that a walk asks for. A zero To is open-ended.
type Window struct {
	From, To time.Time
}

// Settings is how one source's time filter behaves.
type Settings struct {
	// HasEnd says that the vendor takes an upper bound.
	HasEnd bool
	// Size is the longest interval of one request; 0 = unlimited.
	Size time.Duration
	// Overlap is how far below the watermark each walk looks again.
	Overlap time.Duration
	// Delay is how far behind now the upper bound stays.
	Delay time.Duration
	// Granule is the precision of the request's time format (1s for rfc3339).
	Granule time.Duration
	// ExclusiveStart says that the vendor leaves out events at From exactly, or
	// that this is not known: From then moves down by one granule.
	ExclusiveStart bool
	// Floor cuts a time to the request's granule; nil leaves it.
	Floor func(time.Time) time.Time
}

// Position is what is known when a window is planned.
type Position struct {
	// Low is the low watermark: everything before it is delivered.
	Low time.Time
	// High is the newest event time delivered; zero when there is none.
	High time.Time
	// Now is the vendor's idea of now as far as it is known.
	Now time.Time
}

// Plan returns the next window, and whether the source has caught up with it:
// its To is as near to now as the delay allows.
//
// From is Low minus the overlap. For a quiet source it is the newest event
// minus the overlap as long as the window's size allows: looking again at an
// interval without events costs nothing, and it covers a vendor whose indexing
// stalled for longer than the overlap (F59).
func (s Settings) Plan(p Position) (w Window, caughtUp bool) {
	end := s.floor(p.Now.Add(-s.Delay))
	base := p.Low
	if !p.High.IsZero() && p.High.Before(base) {
		quiet := s.from(p.High)
		if s.Size <= 0 || end.Sub(quiet) <= s.Size {
			base = p.High
		}
	}
	from := s.from(base)
	if !s.HasEnd {
		return Window{From: from}, true
	}
	to := end
	if s.Size > 0 && to.Sub(from) > s.Size {
		to = s.floor(from.Add(s.Size))
	}
	if to.Before(from) {
		to = from
	}
	return Window{From: from, To: to}, !to.Before(end)
}

// from is the lower bound to send for a watermark.
func (s Settings) from(watermark time.Time) time.Time {
	from := s.floor(watermark.Add(-s.Overlap))
	if s.ExclusiveStart {
		from = from.Add(-s.Granule)
	}
	return from
}

func (s Settings) floor(t time.Time) time.Time {
	if s.Floor == nil {
		return t
	}
	return s.Floor(t)
}

// Drained returns the low watermark after a walk over w has seen every page.
// asOf is what the vendor's clock had reached for sure at the walk's first request
// (zero when that is not known): events that the vendor stored later are not
// proven to be in the walk, whatever the local clock says (F06). newest is the newest plausible event
// time of the walk; it is the only evidence where there is no upper bound.
func (s Settings) Drained(low time.Time, w Window, asOf, newest time.Time) time.Time {
	reached := w.To
	if w.To.IsZero() {
		reached = newest
	}
	if !asOf.IsZero() && asOf.Before(reached) {
		reached = asOf
	}
	if reached.Before(low) {
		return low
	}
	return reached
}

// Split returns the lower half of w, or false when it can't be halved without
// falling below one granule. A vendor that caps the results of a request is
// asked for less at a time (F15).
func (s Settings) Split(w Window) (Window, bool) {
	if w.To.IsZero() {
		return w, false
	}
	half := s.floor(w.From.Add(w.To.Sub(w.From) / 2))
	least := s.Granule
	if s.ExclusiveStart {
		least *= 2 // the other half starts a granule below this one's end
	}
	if !half.After(w.From) || half.Sub(w.From) < least {
		return w, false
	}
	return Window{From: w.From, To: half}, true
}

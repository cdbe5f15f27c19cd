// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/internal/source"
)

// judge compares what the vendor had with what the pipeline accepted.
func (w *World) judge() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hopeless {
		return
	}
	for _, e := range w.s.Log {
		w.judgeEvent(e)
	}
	w.judgeRepeats()
	w.judgeBalance()
	for _, g := range w.ledger.gaps {
		w.judgeGap(g)
	}
	for _, f := range w.ledger.found {
		w.judgeFound(f)
	}
	w.judgeRate()
	w.judgeStorage()
}

// judgeEvent is O1: what is owed was delivered, or is in a gap (O7).
func (w *World) judgeEvent(e *event) {
	f := w.ledger.fates[e.seq]
	if f.quarantined && f.accepted == 0 && e.deleted == 0 && !w.inGap(e, true) && !w.inGap(e, false) {
		w.violated("O7: %s was quarantined without a gap record", e.name())
	}
	if f.accepted > 0 || f.quarantined {
		w.noteLateness(e)
		if w.owesEdit(e) && f.changed == 0 {
			w.violated("O1: lost the edit of %s, made at %v", e.name(), e.edited)
		}
		return
	}
	why := w.exempt(e)
	if why == "" && !w.inGap(e, false) {
		w.violated("O1: lost %s: time %v, visible %v, shown %v", e.name(), e.at, e.visible, f.shown || f.shownChanged)
		return
	}
	// Even what was not owed: once shown, it has to be delivered.
	// But a newest-first list is read as far down as it was read before.
	old := w.s.Vendor.mode == modeList && w.s.Vendor.order == descending
	if f.shown && why == "late" && !old && !w.vendor.gone(e, w.now()) && w.ledger.lostPlaces == 0 && w.s.Engine.maxUIDs > len(w.s.Log) {
		w.violated("O1: lost %s, which was shown although late", e.name())
	}
}

// noteLateness counts late events that came through.
func (w *World) noteLateness(e *event) {
	late := e.late(w.s.Vendor.skew)
	switch {
	case e.timeless, e.badTime, e.distant, late < 0:
		w.hits["F07"]++
	case late > 2*time.Second && late <= w.s.Engine.overlap:
		w.hits["F01"]++
	}
	if e.changed != "" {
		w.hits["F08"]++
	}
	if w.s.Vendor.skew != 0 {
		w.hits["F06"]++
	}
	if w.vendor.format.Floor(w.epoch.Add(e.at)) != w.epoch.Add(e.at) {
		w.hits["F04"]++
	}
}

// exempt says why an event is not owed; "" when it is.
func (w *World) exempt(e *event) string {
	v, end := w.s.Vendor, w.now()
	switch {
	case e.noise:
		return "filtered"
	case e.deleted > 0:
		return "deleted"
	case w.epoch.Add(e.at).Before(w.ledger.begin):
		return "before the start"
	case w.s.hasEnd() && e.at > w.horizon(end):
		return "in the future"
	case v.retention > 0 && e.late(v.skew) > v.retention-time.Hour:
		return "late"
	case w.vendor.gone(e, end) && w.epoch.Add(e.at).Sub(w.ledger.begin) < v.retention/50:
		return "gone while it was read for the first time"
	case w.goneBeforehand(e):
		return "gone before the first request, as the vendor's clock has it"
	case v.mode == modeStream && w.vendor.gone(e, end) && e.late(v.skew) > w.s.Engine.overlap:
		return "late, and gone before it was asked for"
	case w.lostAndLied() && !w.afterLoss(e):
		return "passed over by a lie, before the position was lost"
	}
	if w.owedByOrder(e) || w.owedByOverlap(e.late(v.skew)) || w.owedBySweep(e) {
		return ""
	}
	return "late"
}

// goneBeforehand tells whether the vendor had dropped an event before it was asked
// at all: only its clock, that is ahead, can tell that this was owed.
func (w *World) goneBeforehand(e *event) bool {
	v := w.s.Vendor
	return v.retention > 0 && v.skew > 0 && len(w.ledger.requests) > 0 && w.ledger.requests[0].at+v.skew-e.at > v.retention
}

// lostAndLied tells whether a stream lost its position and may have been told
// that there was no more: what it read again is then not known to be complete.
func (w *World) lostAndLied() bool {
	return w.s.Vendor.mode == modeStream && w.ledger.lostPlaces > 0 && w.s.Faults.lies()
}

// afterLoss tells whether an event of a stream was stored after the last loss of
// the position was made good: the order of arrival holds for it again. Where the
// re-read began by time, the vendor's cursor keeps that filter.
func (w *World) afterLoss(e *event) bool {
	l := &w.ledger
	return l.lostPlaces == 0 || !w.s.Vendor.start && l.recovered > 0 && e.visible > l.recovered
}

// owedByOrder tells whether the source reads the log in the order of arrival,
// or all of it at every poll: no event is late then.
func (w *World) owedByOrder(e *event) bool {
	switch w.s.Vendor.mode {
	case modeStream:
		return w.afterLoss(e)
	case modeList:
		return w.s.Vendor.order != descending
	default:
		return false
	}
}

// owedByOverlap tells whether an event that is so late is within what each
// walk looks at again.
func (w *World) owedByOverlap(late time.Duration) bool {
	reach := w.s.Engine.overlap
	if w.s.hasEnd() {
		reach += w.s.Engine.delay
	}
	if w.s.drifts() {
		// A walk may pass a row by while others vanish; the next one finds it.
		reach -= 2*w.s.Engine.interval + w.sweepAll()
		if late <= 0 && w.s.Engine.overlap > 0 {
			late = 1
		}
	}
	return late+w.s.ahead() <= reach
}

// owedBySweep tells whether a sweep must have found the event.
func (w *World) owedBySweep(e *event) bool {
	// The pace of sweeps mixes the two clocks: at a vendor whose clock is behind,
	// the first one comes late by the difference (docs/delivery.md, limits).
	if w.s.Engine.sweepEvery == 0 || w.s.Vendor.skew < 0 || w.s.drifts() || w.vendor.gone(e, w.now()) {
		return false
	}
	return w.now()+w.s.Vendor.skew-e.at < w.s.Engine.sweepDepth-time.Hour
}

// drifts tells whether positions count rows of a log in which rows vanish.
func (s *Scenario) drifts() bool {
	if !s.Vendor.style.Drifts() || s.Strict {
		return false
	}
	for _, e := range s.Log {
		if e.deleted > 0 {
			return true
		}
	}
	return s.Vendor.retention > 0
}

// horizon is the event time that the windows have reached at the end.
func (w *World) horizon(end time.Duration) time.Duration {
	skew := w.s.Vendor.skew
	if w.s.Vendor.noDate {
		skew = min(skew, 0)
	}
	return end + skew - w.s.Engine.delay - 3*w.s.Engine.interval - w.sweepAll()
}

// owesEdit tells whether the edited event is an event of its own that is owed.
func (w *World) owesEdit(e *event) bool {
	if !w.s.Engine.idAndHash || e.changed == "" || e.edited > w.now()-w.s.Settle || e.poison || w.s.Vendor.mode == modeStream || w.exempt(e) != "" {
		return false
	}
	return w.s.Vendor.mode == modeWindow && w.owedByOverlap(e.edited+w.s.Vendor.skew-e.at)
}

// inGap tells whether a gap record covers the event: its time, or its uid.
func (w *World) inGap(e *event, quarantined bool) bool {
	at := w.epoch.Add(e.at)
	slack := time.Second + w.vendor.format.Granularity()
	for _, g := range w.ledger.gaps {
		byUID := g.Reason == source.GapQuarantined
		switch {
		case byUID != quarantined:
		case byUID && (g.UID == e.id || e.id == "" || w.s.Engine.idAndHash && strings.HasPrefix(g.UID, e.id)):
			return true
		case !byUID && !at.Before(g.From.Add(-slack)) && !at.After(g.To.Add(slack)):
			return true
		}
	}
	return false
}

// judgeRepeats is O5.
func (w *World) judgeRepeats() {
	l := &w.ledger
	most := l.crashes * (w.s.Engine.maxUncommitted + 1) * l.largest
	if w.s.Engine.maxUIDs < len(w.s.Log) || w.lostAndLied() {
		return // what had to be forgotten may come again
	}
	if l.repeats > most {
		w.violated("O5: %d repeats after %d crashes with pages of %d: at most %d", l.repeats, l.crashes, l.largest, most)
	}
}

// judgeBalance is O6 over all pages: what the source counts is what the
// pipeline got, unless a crash came between the two.
func (w *World) judgeBalance() {
	b := w.ledger.balance
	if b.Emitted > w.ledger.accepted || w.ledger.crashes == 0 && b.Emitted != w.ledger.accepted {
		w.violated("O6: %d records counted as emitted, %d accepted", b.Emitted, w.ledger.accepted)
	}
}

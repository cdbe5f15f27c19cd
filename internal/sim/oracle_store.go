// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"strconv"
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// judgeStorage looks at what is left in the storage: all that is needed, and
// nothing that is not.
func (w *World) judgeStorage() {
	st, err := checkpoint.Decode(w.disk.data[checkpoint.KeyState])
	if err != nil {
		w.violated("F46: the last state can't be read: %v", err)
		return
	}
	w.judgeChunks(st)
	w.judgeMemory(st)
	w.judgeWatermark(st)
	w.judgeQuarantine()
}

// judgeChunks checks that the storage does not fill up with chunks that no state
// names (F53). A commit that was cut in two by a crash may leave some behind.
func (w *World) judgeChunks(st *checkpoint.State) {
	named := map[string]bool{}
	name := func(st *checkpoint.State) {
		for _, m := range st.Seen.Set.Chunks {
			named["seen."+strconv.FormatUint(m.ID, 10)] = true
		}
		for _, id := range st.Seen.Garbage {
			named["seen."+strconv.FormatUint(id, 10)] = true
		}
	}
	name(st)
	if prev, err := checkpoint.Decode(w.disk.data[checkpoint.KeyPrev]); err == nil {
		name(prev)
	}
	orphans := 0
	for key := range w.disk.data {
		if strings.HasPrefix(key, "seen.") && !named[key] {
			orphans++
		}
	}
	if most := 8 * w.ledger.crashes; orphans > most {
		w.violated("F53: %d chunks of uids in the storage that no state names", orphans)
	}
	if len(st.Seen.Set.Chunks) > 40 {
		w.violated("F53: a state of %d chunks", len(st.Seen.Set.Chunks))
	}
}

// judgeMemory checks that what no later request can show is forgotten: the
// memory is bounded by the overlap and the sweep, not by the source's age.
func (w *World) judgeMemory(st *checkpoint.State) {
	if w.s.Vendor.mode != modeWindow || w.s.Vendor.style.Drifts() && w.drifts() {
		return
	}
	horizon := st.Low
	if st.LastTimestamp.Before(horizon) {
		horizon = st.LastTimestamp
	}
	horizon = horizon.Add(-w.s.Engine.overlap - w.vendor.format.Granularity() - 3*time.Hour)
	if depth := w.s.Engine.sweepDepth; depth > 0 {
		horizon = horizon.Add(-depth - w.s.Vendor.skew.Abs())
	}
	for _, m := range st.Seen.Set.Chunks {
		last := time.Unix((m.MaxHour+1)*3600, 0)
		touched := false
		for _, span := range st.Seen.Set.Touched {
			touched = touched || span.From <= m.MaxHour && span.To >= m.MinHour
		}
		if !touched && last.Before(horizon) {
			w.violated("F53: uids of before %v are remembered, and nothing from before %v is asked for", last.Sub(w.epoch), horizon.Sub(w.epoch))
		}
	}
}

// judgeWatermark checks that a source that is asked by time gets ahead: one that
// stands still reads everything again at each poll, and loses nothing by it.
func (w *World) judgeWatermark(st *checkpoint.State) {
	v := w.s.Vendor
	if v.mode != modeWindow || w.fresh == nil || v.noDate && v.skew != 0 || w.hits["F06d"] > 0 && w.s.Faults.clockOff < 0 {
		return // by the earliest of the last answers
	}
	if v.skew > 0 && len(w.ledger.requests) < 30 {
		return // the answers are too few to outweigh the collector's own clock
	}
	slack := w.s.Engine.delay + 3*w.s.Engine.interval + w.sweepAll() + time.Minute + w.vendor.format.Granularity()
	if behind := w.epoch.Add(w.fresh.at).Sub(st.Low); behind > slack {
		w.violated("O8: the watermark is %v behind the newest event that was delivered", behind)
	}
}

func (w *World) drifts() bool { return w.s.drifts() }

// judgeQuarantine checks that the bytes of a record that was set aside are
// there (F38): the gap record names it, and somebody will want to look at it.
func (w *World) judgeQuarantine() {
	kept := map[string]bool{}
	for key, data := range w.disk.data {
		if strings.HasPrefix(key, "quarantine.") {
			kept[string(data)] = true
		}
	}
	for _, e := range w.s.Log {
		if f := w.ledger.fates[e.seq]; !f.quarantined || f.accepted > 0 || e.deleted > 0 || w.inGap(e, false) {
			continue // killed in between, and gone from the vendor since
		}
		if !kept[e.raw] && !kept[e.changed] {
			w.violated("F38: %s was quarantined, and its bytes are not in the storage", e.name())
		}
	}
}

// beforeStart tells whether an event should not have been asked for at all. A
// stream that starts by time delivers in the order of arrival from there on.
func (w *World) beforeStart(e *event) bool {
	if e.undated() || !w.ledger.hasBegin || w.s.Vendor.mode == modeStream && w.s.Vendor.start {
		return false
	}
	return w.epoch.Add(e.at).Before(w.ledger.begin.Add(-2*w.vendor.format.Granularity() - time.Second))
}

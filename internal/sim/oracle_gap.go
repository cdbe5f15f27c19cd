// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"
	"time"

	"github.com/restaudit/otelcol-audit/internal/source"
)

// judgeGap is the other half of O7: no false gap.
func (w *World) judgeGap(g source.Gap) {
	if g.To.Before(g.From) {
		w.violated("O7: a gap that ends before it begins: %v..%v %s", g.From, g.To, g.Reason)
	}
	switch g.Reason {
	case source.GapQuarantined:
		if !w.isPoison(g.UID) {
			w.violated("O7: quarantined %q, which the pipeline did not refuse", g.UID)
		}
	case source.GapUnsplittable:
		if w.s.Vendor.cap == 0 || w.eventsIn(g) < w.s.Vendor.cap-w.s.Vendor.cap/20 {
			w.violated("O7: a gap for a window that can be split: %v..%v", g.From.Sub(w.epoch), g.To.Sub(w.epoch))
		}
	case source.GapDedupeOverflow:
		w.hits["F53"]++
		if w.s.Engine.maxUIDs > 2*len(w.s.Log)+100 {
			w.violated("O7: a gap for a memory that is not full")
		}
	case source.GapRetention:
		if w.s.Vendor.retention == 0 {
			w.violated("O7: a retention gap at a vendor that keeps everything")
		}
	default:
		w.violated("O7: a gap with the unknown reason %q", g.Reason)
	}
}

// isPoison tells whether a uid belongs to a record that the pipeline refuses.
func (w *World) isPoison(uid string) bool {
	return slices.ContainsFunc(w.s.Log, func(e *event) bool {
		return e.poison && (e.id == uid || e.id == "" || w.s.Engine.idAndHash)
	})
}

// eventsIn counts the events in a gap's interval. A window of three granules may
// be too small to be split, and a part of it have been reported before.
func (w *World) eventsIn(g source.Gap) int {
	n, slack := 0, 3*w.vendor.format.Granularity()
	for _, e := range w.s.Log {
		at := w.epoch.Add(e.at)
		if !at.Before(g.From.Add(-slack)) && !at.After(g.To.Add(slack)) {
			n++
		}
	}
	return n
}

// judgeFound checks a retention gap against the polls: while polls catch up, no
// event gets as old as the retention unread.
func (w *World) judgeFound(f foundGap) {
	v := w.s.Vendor
	if f.gap.Reason != source.GapRetention || w.hits["F46"] > 0 || v.noDate && v.skew != 0 {
		return
	}
	slack := 10*time.Minute + 3*w.s.Engine.interval + w.s.Engine.delay + w.sweepAll() + v.retention/50
	for _, c := range w.ledger.caughtUps {
		if c.end < f.at && c.top > f.at-v.retention+slack {
			w.violated("O7: a false retention gap at %v (%v..%v): a poll had caught up at %v",
				f.at, f.gap.From.Sub(w.epoch), f.gap.To.Sub(w.epoch), c.top)
			return
		}
	}
}

// judgeRate is O8: no hot loop. In the time of one interval a source may read
// everything a few times over, and retry.
func (w *World) judgeRate() {
	requests, interval := w.ledger.requests, w.s.Engine.interval
	most := 6*w.s.pages() + 60 + int(interval/(10*time.Second)) + 10*w.lives
	for i := range requests {
		if j := i + most; j < len(requests) && requests[j].at-requests[i].at < interval {
			w.violated("O8: %d requests within one interval of %v, from %v", most, interval, requests[i].at)
			return
		}
	}
}

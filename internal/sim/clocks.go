// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"net/http"
	"time"
)

// clocks gives one of the vendor's machines a clock of its own: some answers of
// the rough phase have a Date that is off.
func (s *Scenario) clocks(r *stream) {
	if s.Vendor.noDate || !r.chance(.15) {
		return
	}
	sign := pick(r, -1, 1)
	s.Faults.clock, s.Faults.clockOff = pick(r, .02, .1), time.Duration(sign)*pick(r, 90*time.Second, time.Hour, 26*time.Hour, 400*24*time.Hour)
}

// date writes the vendor's clock into an answer.
func (w *World) date(h http.Header) {
	v := w.vendor
	if v.plan.noDate {
		return
	}
	now := time.Now().Add(v.plan.skew)
	if w.now() < w.s.Rough && v.clocks.chance(w.s.Faults.clock) {
		now = now.Add(w.s.Faults.clockOff)
		w.hits["F06d"]++
	}
	h.Set("Date", now.UTC().Format(http.TimeFormat))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"time"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// troubles decides what goes wrong.
func (s *Scenario) troubles(r *stream, polls int) {
	f := &s.Faults
	if r.chance(.8) {
		f.answer = pick(r, .02, .1, .3)
		f.kinds = s.disturbances(r)
	}
	if r.chance(.6) {
		f.refuse, f.slow = pick(r, 0, .02, .1), pick(r, 0, .1, .4)
	}
	if r.chance(.5) {
		f.save = pick(r, .02, .1, .4)
	}
	if r.chance(.4) {
		f.load = pick(r, .1, .5, .9)
	}
	if r.chance(.75) {
		f.kill = pick(r, 1., 3, 8) / (8 * float64(polls))
		f.corrupt, f.config = pick(r, 0, 0, .3), pick(r, 0, 0, .2)
	}
	if r.chance(.15) {
		f.takeOver = 2 / float64(polls)
	}
	f.down = pick(r, time.Millisecond, 10*time.Second, 3*s.Engine.interval)
}

// disturbances chooses some of those that this vendor can have.
func (s *Scenario) disturbances(r *stream) []disturbance {
	v := s.Vendor
	kinds := []disturbance{rateLimited, serverError, lostRequest, truncated, damagedGzip, stalls, drips, hangs, unauthorized}
	if v.errorRule || !v.ndjson {
		kinds = append(kinds, errorInside)
	}
	if !v.ndjson {
		kinds = append(kinds, noRecords, emptyBody)
	}
	kinds = append(kinds, closed, htmlPage)
	if v.cursorLife > 0 {
		kinds = append(kinds, forgets)
	}
	kinds = append(kinds, s.lies()...)
	var chosen []disturbance
	for _, k := range kinds {
		if r.chance(.5) {
			chosen = append(chosen, k)
		}
	}
	return chosen
}

// lies are what a vendor says wrongly about its pages.
func (s *Scenario) lies() []disturbance {
	v := s.Vendor
	var kinds []disturbance
	if s.opaqueStyle() || v.more == "flag" || v.more == "done" {
		kinds = append(kinds, hollow)
	}
	if s.opaqueStyle() && v.cursorLife == 0 {
		kinds = append(kinds, loops, swings)
	}
	if s.opaqueStyle() {
		kinds = append(kinds, showsTwice)
	}
	// A page that is short by mistake is an end where the user says so, or where
	// the page number counts full pages.
	if !s.Engine.stopOnShort && v.style != paging.Page && v.style != paging.None {
		kinds = append(kinds, shortPage)
	}
	// Who says that there is no more, and lies, has to list what is missing after
	// what it showed; and a window must not be too small to look back.
	if v.mode == modeStream || v.order == ascending && s.Engine.size == 0 {
		kinds = append(kinds, endsEarly)
	}
	return kinds
}

// eventPlan decides what kind of log the vendor has.
func (s *Scenario) eventPlan(r *stream) eventPlan {
	v, e := &s.Vendor, &s.Engine
	p := eventPlan{
		count: pick(r, 5, 20, 40, 80, 150), back: e.startBack + time.Hour, rough: s.Rough, overlap: e.overlap, skew: v.skew,
		ties: pick(r, 0, .5, 1), burst: pick(r, 3, 10, 30), late: pick(r, 0, .3, .8),
		odd: pick(r, 0, 0, .05, .2), noID: r.chance(.15) && v.style != paging.LastID,
		edits: pick(r, 0, 0, .2), poison: pick(r, 0, 0, 0, .03), quiet: r.chance(.15),
	}
	if v.mode == modeList || v.style == paging.None && v.start && !v.end {
		p.count = min(p.count, 40)
	}
	if most := 25 * v.pageSize; p.count > most {
		p.count = most // every poll may read it all
	}
	if e.noise {
		p.noise = .2
	}
	if e.sweepEvery > 0 {
		p.deep = 20 * time.Hour
	}
	if r.chance(.2) {
		p.beyond = 72 * time.Hour
	}
	if v.retention > 0 {
		p.deep, p.beyond = min(p.deep, v.retention/4), min(p.beyond, v.retention/4)
	}
	if v.mode != modeStream && r.chance(.25) {
		p.deletes = r.count(1, 3)
	}
	layouts := []struct {
		layout, format string
		grain          time.Duration
	}{
		{"2006-01-02T15:04:05Z", "", time.Second},
		{"2006-01-02T15:04:05.000Z", "", time.Millisecond},
		{"2006-01-02T15:04:05.000000000Z", "rfc3339", time.Nanosecond},
		{"unix_ms", "unix_ms", time.Millisecond},
		{"unix", "unix", time.Second},
	}
	l := pick(r, layouts...)
	p.layout, p.grain, e.timeFormat, e.layout = l.layout, l.grain, l.format, l.layout
	return p
}

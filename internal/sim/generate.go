// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"time"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// Generate makes the scenario of a seed.
func Generate(seed uint64) *Scenario {
	r := newStream(seed, "scenario")
	s := &Scenario{Seed: seed}
	s.Vendor.mode = pick(r, modeWindow, modeWindow, modeWindow, modeStream, modeStream, modeList)
	s.Engine.interval = pick(r, 30*time.Second, time.Minute, 5*time.Minute, 15*time.Minute)
	s.Engine.overlap = pick(r, 0, time.Minute, 5*time.Minute, 5*time.Minute, 30*time.Minute)
	polls := r.count(15, 50)
	s.Rough = s.Engine.interval * time.Duration(polls)
	s.manners(r)
	s.configure(r)
	s.troubles(r, polls)
	events := s.eventPlan(r)
	s.bucketed(newStream(seed, "bucket"), polls)
	s.memory(newStream(seed, "memory"))
	s.Vendor.refusesOld = s.Vendor.retention > 0 && newStream(seed, "refuses").chance(.3)
	s.secrets(newStream(seed, "astray"))
	s.Vendor.endExclusive = s.Vendor.end && newStream(seed, "upper bound").chance(.5)
	s.large(newStream(seed, "large pages"))
	s.clocks(newStream(seed, "clocks"))
	s.Log = makeLog(newStream(seed, "log"), events, start)
	s.bounds(r)
	return s
}

// manners makes the vendor.
func (s *Scenario) manners(r *stream) {
	v := &s.Vendor
	s.style(r)
	s.order(r)
	v.format = pick(r, "rfc3339", "rfc3339", "rfc3339_ms", "rfc3339_us", "unix", "unix_ms", "2006-01-02T15:04Z")
	v.coarse, v.exclusive = r.chance(.3), r.chance(.4)
	v.pageSize = pick(r, 1, 2, 3, 5, 10, 10, 20, 50, 100)
	v.lazyEnd = r.chance(.3) && s.opaqueStyle()
	v.relative, v.errorRule = r.chance(.5), r.chance(.5)
	v.empty = pick(r, "", "", "204", "null")
	v.latency = pick(r, 20*time.Millisecond, 100*time.Millisecond, 300*time.Millisecond, 3*time.Second)
	v.expiredStatus, v.expiredRule = pick(r, 400, 404, 410, 422), r.chance(.5)
	v.noDate = r.chance(.2)
	if r.chance(.4) {
		sign := pick(r, -1, 1)
		v.skew = time.Duration(sign) * pick(r, 3*time.Second, 90*time.Second, time.Hour, 26*time.Hour)
	}
	counts := v.mode == modeStream && v.style.Drifts() // rows that vanish would move the position
	if !counts && (!v.noDate || v.skew == 0) && r.chance(.2) {
		v.retention = pick(r, 3*time.Hour, 6*time.Hour, 24*time.Hour)
		if r.chance(.6) && s.Engine.interval >= 5*time.Minute && v.retention < 24*time.Hour {
			// Long enough to be down for longer than the vendor keeps events.
			s.Faults.long = v.retention
			s.Rough += 3 * v.retention
		}
	}
}

// opaqueStyle tells whether the vendor's positions are tokens.
func (s *Scenario) opaqueStyle() bool { return (&vendor{plan: s.Vendor}).opaque() }

// style decides how the vendor pages.
func (s *Scenario) style(r *stream) {
	v := &s.Vendor
	switch v.mode {
	case modeStream:
		v.style = pick(r, paging.Cursor, paging.Cursor, paging.Link, paging.Link, paging.NextURL, paging.LastID, paging.Offset, paging.Page)
		// What counts rows must not change its meaning with a lower bound.
		v.start = !v.style.Drifts() && r.chance(.6)
		v.end = v.start && v.style != paging.LastID && r.chance(.2)
		v.alwaysOn = r.chance(.5)
	case modeWindow:
		v.style = pick(r, paging.Types()...)
		v.start, v.end = true, r.chance(.6)
	default:
		v.style = pick(r, paging.Types()...)
	}
	v.cursorIn = pick(r, "body", "body", "header")
	if v.style == paging.Cursor && v.mode != modeWindow && !v.start {
		v.numeric = r.chance(.3)
	}
	v.frozen = s.opaqueStyle() && !v.numeric && v.mode == modeWindow && r.chance(.2)
	if !v.numeric && s.opaqueStyle() && r.chance(.25) {
		v.cursorLife = pick(r, 5*time.Minute, 15*time.Minute, time.Hour)
	}
	inHeader := v.style == paging.Link || v.cursorIn == "header" || !s.opaqueStyle()
	switch {
	case inHeader && r.chance(.25):
		v.bareArray = true
	case inHeader && r.chance(.2):
		v.ndjson = true
	case v.style != paging.None && v.style != paging.LastID:
		v.more = pick(r, "", "flag", "done")
	}
	if v.style == paging.Offset && v.mode != modeStream && !v.bareArray && !v.ndjson && r.chance(.3) {
		v.more = "total"
	}
}

// order decides in which order the vendor lists events.
func (s *Scenario) order(r *stream) {
	switch s.Vendor.mode {
	case modeStream:
		s.Vendor.order = byArrival
	default:
		s.Vendor.order = pick(r, ascending, descending, descending, byArrival, shuffled)
	}
}

// configure makes the source.
func (s *Scenario) configure(r *stream) {
	e, v := &s.Engine, &s.Vendor
	e.startBack = pick(r, 0, time.Hour, 6*time.Hour)
	e.startNow, e.startAt = r.chance(.15), r.chance(.2)
	e.exclusiveStart = v.exclusive || r.chance(.5)
	e.maxPages, e.maxUncommitted = pick(r, 1000, 1000, 7, 3), r.count(1, 6)
	e.maxUIDs = 1_000_000
	e.idAndHash, e.noise = r.chance(.25), r.chance(.2)
	e.stopOnShort = r.chance(.15)
	e.smallerPages = max(1, v.pageSize/2)
	if v.end {
		e.delay = pick(r, 0, 0, 30*time.Second, 2*time.Minute)
		if e.size = pick(r, 0, 0, time.Hour, 6*time.Hour); e.size > 0 && e.startBack == 0 {
			e.startBack = time.Hour // the beginning is 1970, and each window a request
		}
	}
	if v.end && v.mode == modeWindow && r.chance(.12) {
		v.cap = r.count(6, 40)
		v.format = pick(r, "rfc3339", "unix", "2006-01-02T15:04Z") // halving has an end soon
		v.pageSize = min(v.pageSize, v.cap)
		e.smallerPages = min(e.smallerPages, v.cap)
	}
	if v.start && r.chance(.25) {
		e.sweepEvery = e.interval * time.Duration(pick(r, 8, 15))
		e.sweepDepth = s.Rough + 48*time.Hour
	}
	if v.mode == modeWindow && r.chance(.05) {
		e.maxUIDs = r.count(20, 60)
	}
}

// memory gives some of the sources that sweep too little room for what they
// have to remember. It has a stream of its own, so that it changes nothing else.
func (s *Scenario) memory(r *stream) {
	if s.Vendor.mode == modeWindow && s.Engine.sweepEvery > 0 && r.chance(.3) {
		s.Engine.maxUIDs = r.count(20, 60)
	}
}

// large makes usual pages larger than what is taken, where fewer records can be
// asked for.
func (s *Scenario) large(r *stream) {
	v := &s.Vendor
	sized := paging.Settings{Type: v.style, PageSize: int64(v.pageSize), StopOnShortPage: s.Engine.stopOnShort}.Resizable(paging.Position{})
	endsByAge := v.order == descending && v.mode == modeList && !s.byTime() // a source that needs its pages
	if sized && !endsByAge && v.pageSize > 1 && r.chance(.1) {
		most := max(1, v.pageSize/pick(r, 2, 3, 10))
		s.Engine.maxRecords = most
		if r.chance(.3) {
			v.leastLimit = max(1, (most+1)/4) // what a division by 4 does not miss
		}
	}
}

// bounds keeps a scenario small enough, and takes out what no source could do
// anything about.
func (s *Scenario) bounds(r *stream) {
	s.Settle = 2*s.Engine.interval + time.Minute
	if every := s.Engine.sweepEvery; every > 0 {
		s.Settle = 3*every + time.Duration(s.pages()/20+4)*s.Engine.interval
	}
	for i := range r.count(0, 2) {
		s.Stops = append(s.Stops, s.Rough*time.Duration(i+1)/3+r.span(0, s.Rough/4))
	}
}

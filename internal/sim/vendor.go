// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/timefmt"
)

// vendor is a log behind an HTTP API with the manners of its plan. It is not
// safe for concurrent use: the world has one lock.
type vendor struct {
	plan   vendorPlan
	log    []*event
	byID   map[string]int // seq by id
	epoch  time.Time
	format timefmt.Format
	// void is the time before which issued cursors have expired.
	void time.Duration
	// mood is what is wrong with the answer under way.
	mood mood
	// current and before are the positions of the last two requests, as in ask.
	current, before int
	asked           time.Duration // the time of the last request
	salts           int           // cursors that were made to differ
	// top is the time of the last answer that shows all there is, or the first
	// page of it: a walk that it belongs to catches up.
	top   time.Duration
	cover Coverage
	// shown are the events of the answer under way, with their bytes.
	shown []shownEvent
	rand  *stream
	// clocks decides which of its machines answers.
	clocks *stream
}

// nowhere is the position before the first one of a walk.
const nowhere = -2

// shownEvent is an event as an answer has it.
type shownEvent struct {
	event *event
	text  string
}

// mood is what a vendor does wrong in one answer.
type mood struct {
	loop, swing, hollow, early, short, twice bool
	salted                                   bool // the cursor's text differs from another with its meaning
	astray                                   bool // its URLs lead to a foreign host
}

// ask is a request, understood.
type ask struct {
	from, to time.Time // zero = not bounded
	limit    int
	after    int // seq of the event before the page, -1 = none
	placed   bool
	offset   int
	asOf     time.Duration // of a frozen walk; 0 = now
	variant  string
	query    url.Values
	now      time.Duration
}

// newVendor makes the vendor of a world.
func newVendor(w *World) *vendor {
	format, err := timefmt.New(w.s.Vendor.format, nil)
	if err != nil {
		w.violation("setup: %v", err)
	}
	v := &vendor{
		plan: w.s.Vendor, byID: map[string]int{}, epoch: w.epoch, format: format,
		before: nowhere, current: nowhere, cover: w.hits, rand: newStream(w.s.Seed, "vendor"),
		clocks: newStream(w.s.Seed, "dates"),
	}
	for _, e := range w.s.Log {
		v.add(e)
	}
	return v
}

// add appends an event to the log.
func (v *vendor) add(e *event) {
	v.log = append(v.log, e)
	if e.id != "" {
		v.byID[e.id] = e.seq
	}
}

// now is the time since the start of the world.
func (v *vendor) now() time.Duration { return time.Since(v.epoch) }

// ServeHTTP answers one request for a page.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.shown = v.shown[:0]
	a, problem := v.understand(r.URL.Query())
	if problem != "" {
		v.refuse(w, problem)
		return
	}
	v.before, v.current = v.current, a.after
	if !a.placed {
		v.before = nowhere
	}
	list := v.list(a)
	if v.plan.cap > 0 && len(list) > v.plan.cap {
		list = list[:v.plan.cap]
		v.cover["F15"]++
	}
	if a.placed || a.offset > 0 {
		v.noteDrift(list, a.now)
	}
	v.asked = a.now
	start := v.place(a, list)
	if v.reachesNow(a) && (start == 0 || v.plan.mode == modeStream && start+a.limit >= len(list)) {
		v.top = a.now
	}
	v.answer(w, a, list, start)
}

// understand reads the parameters. The problem is the vendor's word for what is
// wrong with them.
func (v *vendor) understand(q url.Values) (a ask, problem string) {
	a = ask{after: -1, limit: v.plan.pageSize, variant: q.Get("v"), query: q, now: v.now(), asOf: v.now()}
	var err error
	for name, at := range map[string]*time.Time{"from": &a.from, "to": &a.to} {
		if text := q.Get(name); text != "" {
			if *at, err = v.format.Parse(text); err != nil {
				return a, "bad_time"
			}
		}
	}
	if old := v.plan.retention + time.Minute; v.plan.refusesOld && !a.from.IsZero() && v.epoch.Add(a.now+v.plan.skew).Sub(a.from) > old {
		v.cover["F14r"]++
		return a, "too_long_ago"
	}
	for name, at := range map[string]*int{"limit": &a.limit, "skip": &a.offset, "page": &a.offset} {
		if text := q.Get(name); text != "" {
			if *at, err = strconv.Atoi(text); err != nil || *at < 0 {
				return a, "bad_number"
			}
		}
	}
	if a.limit < v.plan.leastLimit {
		return a, "bad_limit"
	}
	if q.Has("page") {
		a.offset = (a.offset - 1) * a.limit
	}
	if v.plan.style == paging.None {
		a.limit = len(v.log) + 1
	}
	text := q.Get("after")
	if text == "" {
		return a, ""
	}
	a.placed = true
	return a, v.readCursor(&a, text)
}

// list is what a request is about, in the vendor's order.
func (v *vendor) list(a ask) []*event {
	var list []*event
	asOf := a.now
	if v.plan.frozen {
		asOf = a.asOf
	}
	for _, e := range v.log {
		if e.visible > asOf {
			break // the log is in the order of arrival
		}
		if v.gone(e, a.now) || !v.between(e, a) {
			continue
		}
		list = append(list, e)
	}
	if v.plan.order != byArrival {
		slices.SortFunc(list, v.compare)
	}
	return list
}

// reachesNow tells whether a request is about the newest events, too.
func (v *vendor) reachesNow(a ask) bool {
	return a.to.IsZero() || v.epoch.Add(a.now+v.plan.skew).Sub(a.to) < 4*time.Minute
}

// noteDrift counts pages before which the list has changed.
func (v *vendor) noteDrift(list []*event, now time.Duration) {
	for _, e := range list {
		if e.visible > v.asked {
			v.cover["F09"]++
			return
		}
	}
	for _, e := range v.log {
		if e.deleted > v.asked && e.deleted <= now {
			v.cover["F09"]++
			return
		}
	}
}

// gone tells whether a row is no longer there.
func (v *vendor) gone(e *event, now time.Duration) bool {
	if e.deleted > 0 && now >= e.deleted {
		return true
	}
	return v.plan.retention > 0 && now+v.plan.skew-e.at > v.plan.retention
}

// between applies the time filters.
func (v *vendor) between(e *event, a ask) bool {
	at := v.epoch.Add(e.at)
	if v.plan.coarse {
		at = v.format.Floor(at)
	}
	if !a.from.IsZero() && (at.Before(a.from) || v.plan.exclusive && at.Equal(a.from)) {
		return false
	}
	return a.to.IsZero() || at.Before(a.to) || !v.plan.endExclusive && at.Equal(a.to)
}

// compare is the vendor's order.
func (v *vendor) compare(a, b *event) int {
	sign := 1
	switch v.plan.order {
	case byArrival:
		return a.seq - b.seq
	case shuffled:
		ha, hb := uint32(a.seq+1)*2654435761, uint32(b.seq+1)*2654435761
		if ha != hb {
			return compareTo(ha < hb)
		}
		return a.seq - b.seq
	case descending:
		sign = -1
	case ascending:
	}
	if a.at != b.at {
		return sign * compareTo(a.at < b.at)
	}
	return sign * (a.seq - b.seq)
}

func compareTo(less bool) int {
	if less {
		return -1
	}
	return 1
}

// place is the index in list of the first event of the page.
func (v *vendor) place(a ask, list []*event) int {
	if !a.placed {
		return min(a.offset, len(list))
	}
	if a.after < 0 {
		return 0
	}
	last := v.log[a.after]
	i := slices.IndexFunc(list, func(e *event) bool { return v.compare(e, last) > 0 })
	if i < 0 {
		return len(list)
	}
	return i
}

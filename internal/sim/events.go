// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// eventPlan is how a log of events comes about.
type eventPlan struct {
	count   int
	back    time.Duration // how long before the start the log begins
	rough   time.Duration
	ties    float64 // probability that a burst has one time
	burst   int     // largest burst
	late    float64
	overlap time.Duration
	deep    time.Duration // lateness that a sweep still finds; 0 = none
	beyond  time.Duration // lateness that nothing finds; 0 = none
	odd     float64       // times missing, unreadable, in the future
	noID    bool
	edits   float64
	deletes int
	noise   float64
	poison  float64
	grain   time.Duration // precision of the record's time
	layout  string        // how the record's time is written
	skew    time.Duration
	quiet   bool // nothing happens in the second half of the rough phase
}

// makeLog makes the events in the order of their arrival.
func makeLog(r *stream, p eventPlan, epoch time.Time) []*event {
	var log []*event
	until := p.rough
	if p.quiet {
		until = p.rough / 4
	}
	for len(log) < p.count {
		visible := r.span(-p.back, until)
		n := 1
		if r.chance(.25) {
			n = r.count(1, p.burst)
		}
		tied := r.chance(p.ties)
		late := p.lateness(r)
		for range min(n, p.count-len(log)) {
			e := &event{visible: visible, at: p.cut(visible+p.skew-late, epoch)}
			if !tied {
				e.visible += r.span(0, 20*time.Second)
				late = p.lateness(r)
				e.at = p.cut(e.visible+p.skew-late, epoch)
			}
			log = append(log, e)
		}
	}
	slices.SortStableFunc(log, func(a, b *event) int { return int(a.visible - b.visible) })
	for i, e := range log {
		e.seq = i
		p.character(r, e, epoch)
	}
	p.remove(r, log)
	return log
}

// cut brings a time to the precision of the record.
func (p eventPlan) cut(at time.Duration, epoch time.Time) time.Duration {
	return epoch.Add(at).Truncate(p.grain).Sub(epoch)
}

func (p eventPlan) lateness(r *stream) time.Duration {
	x := r.Float64()
	switch {
	case x > p.late:
		return 0
	case x > p.late/2:
		return r.span(0, min(2*time.Second, p.overlap+1))
	case x > p.late/5:
		return r.span(0, p.overlap+1)
	case x > p.late/12 && p.deep > 0:
		return r.span(p.overlap, p.deep)
	case p.beyond > 0:
		return r.span(p.overlap, p.beyond)
	default:
		return 0
	}
}

// character gives an event what makes it special, and its bytes.
func (p eventPlan) character(r *stream, e *event, epoch time.Time) {
	e.id = fmt.Sprintf("e%d-%x", e.seq, r.Uint32())
	if p.noID && r.chance(.3) {
		e.id = ""
	}
	if r.chance(p.odd) {
		switch r.IntN(5) {
		case 0:
			e.timeless = true
		case 1:
			e.badTime = true
		case 2:
			e.distant, e.at = true, year9999
		default:
			e.at = p.cut(e.visible+p.skew+r.span(0, 20*time.Hour), epoch)
		}
	}
	e.noise = r.chance(p.noise)
	e.poison = !e.noise && r.chance(p.poison)
	write := func(at time.Duration) string { return writeTime(epoch.Add(at), p.layout) }
	e.raw = e.render(r, write, 0)
	if e.id != "" && !e.poison && r.chance(p.edits) {
		e.edited = e.visible + r.span(time.Second, p.rough/4)
		e.changed = e.render(r, write, 1)
	}
}

// remove lets the vendor delete some rows, far from each other in time.
func (p eventPlan) remove(r *stream, log []*event) {
	if len(log) == 0 {
		return
	}
	for i := range p.deletes {
		e := log[r.IntN(len(log))]
		at := p.rough * time.Duration(i+1) / time.Duration(p.deletes+1)
		if e.visible < at && e.deleted == 0 {
			e.deleted = at + r.span(0, 30*time.Second)
		}
	}
}

// writeTime writes an event time as the vendor's records have it.
func writeTime(t time.Time, layout string) string {
	switch layout {
	case "unix":
		return strconv.FormatInt(t.Unix(), 10)
	case "unix_ms":
		return strconv.FormatInt(t.UnixMilli(), 10)
	default:
		return strconv.Quote(t.UTC().Format(layout))
	}
}

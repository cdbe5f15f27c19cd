// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// LogConfig describes a vendor's event log. The zero value is an empty log.
type LogConfig struct {
	Seed  uint64    // 0 = the simulator's seed, mixed with the vendor's name
	Start time.Time // where the backlog ends and live events begin; zero = when the simulator was made

	Rate        float64       // live events per second after Start; 0 = none
	Backlog     int           // events before Start
	BacklogSpan time.Duration // the interval the backlog is spread over; 0 = at Rate, or 1 s apart without a rate
	Total       int           // cap of all events, backlog included; 0 = no cap

	Ties  int           // this many consecutive events share one timestamp; 0 and 1 = none
	Delay time.Duration // every event becomes visible this long after its event time

	Disorder // lateness and repeats from the first event on; can be changed while running

	Precision time.Duration // the vendor cuts event times to this; 0 = the vendor's own precision
	Retention time.Duration // events older than this are gone; 0 = the vendor's own, negative = kept for ever
	batch     time.Duration // arrivals are put off to multiples of this; set by the vendor
	unique    bool          // no event is ever repeated; set by the vendor
	BodySize  int           // events are padded to about this many bytes; 0 = as they come
}

// Disorder says how untidy the events of a log are.
type Disorder struct {
	LateFraction      float64       // share of events that become visible later than the others, 0..1
	LateMax           time.Duration // by up to this much more, evenly spread
	DuplicateFraction float64       // share of events that are served twice, under one id and with equal bytes
}

// Log answers which events exist. Event i is a pure function of the configuration: its time never decreases with i,
// its visibility may. Safe for concurrent use.
type Log struct {
	cfg  LogConfig
	step int64 // ns between live events, 0 = no live events
	back int64 // ns between backlog events

	regimes atomic.Pointer[[]regime] // who is late and who is repeated, by index; the first begins at 0

	mu       sync.RWMutex
	arrivals arrivals
}

// regime is a Disorder that holds from an index on.
type regime struct {
	from int
	Disorder
}

// maxEvents bounds a log; indices are kept in 32 bits.
const maxEvents = 1 << 31

// NewLog makes a log; cfg.Start must be set.
func NewLog(cfg LogConfig) *Log {
	l := &Log{cfg: cfg}
	l.regimes.Store(&[]regime{{Disorder: cfg.Disorder}})
	if cfg.Rate > 0 {
		l.step = max(int64(float64(time.Second)/cfg.Rate), 1)
	}
	switch {
	case cfg.Backlog > 0 && cfg.BacklogSpan > 0:
		l.back = max(int64(cfg.BacklogSpan)/int64(cfg.Backlog), 1)
	case l.step > 0:
		l.back = l.step
	default:
		l.back = int64(time.Second)
	}
	l.cfg.Ties = max(cfg.Ties, 1)
	return l
}

// Event returns event i as it will be served.
func (l *Log) Event(i int) Event {
	i = l.original(i)
	at := l.occurred(i)
	return Event{Index: i, Time: l.cut(at), Dice: mix(l.cfg.Seed, uint64(i), saltBody)}
}

// Count is the number of events that have happened at t, visible or not.
func (l *Log) Count(t time.Time) int {
	return sort.Search(l.bound(t), func(i int) bool { return l.occurred(l.original(i)).After(t) })
}

// Range gives the indices [lo, hi) of the events with from <= event time < to, as the vendor states event times,
// that have happened at now. A zero bound is open.
func (l *Log) Range(from, to, now time.Time) (lo, hi int) {
	n := l.Count(now)
	hi = n
	if !to.IsZero() {
		hi = sort.Search(n, func(i int) bool { return !l.stated(i).Before(to) })
	}
	if !from.IsZero() {
		lo = sort.Search(n, func(i int) bool { return !l.stated(i).Before(from) })
	}
	return min(lo, hi), hi
}

// Visible reports whether event i can be seen at t: it has arrived and is within the retention.
func (l *Log) Visible(i int, t time.Time) bool {
	return !l.arrival(i).After(t) && !l.stated(i).Before(l.Oldest(t))
}

// Oldest is the lower end of the retention at t; the zero time when events are kept for ever.
func (l *Log) Oldest(t time.Time) time.Time {
	if l.cfg.Retention <= 0 {
		return time.Time{}
	}
	return t.Add(-l.cfg.Retention)
}

// stated is the event time as the vendor states it.
func (l *Log) stated(i int) time.Time { return l.cut(l.occurred(l.original(i))) }

// cut drops what the vendor's clock doesn't resolve.
func (l *Log) cut(t time.Time) time.Time { return t.Truncate(max(l.cfg.Precision, 1)).UTC() }

// occurred is the true time of event i. Ties are formed apart in backlog and live part, so that both begin anew.
func (l *Log) occurred(i int) time.Time {
	if b := l.cfg.Backlog; i >= b {
		g := i - b - (i-b)%l.cfg.Ties
		return l.cfg.Start.Add(time.Duration(int64(g+1) * l.step))
	}
	g := i - i%l.cfg.Ties
	return l.cfg.Start.Add(-time.Duration(int64(l.cfg.Backlog-g) * l.back))
}

// bound is a number of events that is surely not less than Count(t).
func (l *Log) bound(t time.Time) int {
	n := l.cfg.Backlog
	if d := t.Sub(l.cfg.Start); l.step > 0 && d > 0 {
		n += int(min(int64(d)/l.step, maxEvents)) + l.cfg.Ties
	}
	if l.cfg.Total > 0 {
		n = min(n, l.cfg.Total)
	}
	return min(n, maxEvents)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// arrivals is the log in the order in which the vendor persisted it: by arrival, then by index. It is worked out as
// far as somebody asked and only ever grows at its end, so a position in it is a lasting cursor.
type arrivals struct {
	considered int       // events below this index are in order or in pending
	order      []uint32  // arrived, in order of arrival
	pending    []arrived // happened, not yet arrived; sorted
	until      time.Time // order is complete up to here
}

type arrived struct {
	at    int64 // unix ns
	index uint32
}

// Arrived returns how many events have arrived at t.
func (l *Log) Arrived(t time.Time) int {
	l.advance(t)
	l.mu.RLock()
	order := l.arrivals.order
	l.mu.RUnlock()
	// A clock that was set back sees fewer events than were worked out.
	return sort.Search(len(order), func(k int) bool { return l.arrival(int(order[k])).After(t) })
}

// ArrivedSince returns the position of the first event that arrived at from or later.
func (l *Log) ArrivedSince(from, now time.Time) int {
	n := l.Arrived(now)
	l.mu.RLock()
	order := l.arrivals.order[:n]
	l.mu.RUnlock()
	return sort.Search(n, func(k int) bool { return !l.arrival(int(order[k])).Before(from) })
}

// InArrivalOrder returns the indices at the positions [pos, end) of the arrival order; both must be at most Arrived.
func (l *Log) InArrivalOrder(pos, end int) []int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]int, 0, max(end-pos, 0))
	for k := pos; k < end; k++ {
		out = append(out, int(l.arrivals.order[k]))
	}
	return out
}

// Position is the place of event i, which must have arrived, in the arrival order.
func (l *Log) Position(i int) int {
	at := l.arrival(i)
	l.mu.RLock()
	defer l.mu.RUnlock()
	order := l.arrivals.order
	return sort.Search(len(order), func(k int) bool {
		other := int(order[k])
		return cmp.Or(l.arrival(other).Compare(at), cmp.Compare(other, i)) >= 0
	})
}

// advance works the arrival order out up to t. It is right whatever the moments it is called at: an event that has
// not yet happened at t can't arrive before t, so nothing is ever inserted before the end.
func (l *Log) advance(t time.Time) {
	l.mu.RLock()
	done := !t.After(l.arrivals.until)
	l.mu.RUnlock()
	if done {
		return
	}
	n := l.Count(t)
	l.mu.RLock()
	from := l.arrivals.considered
	l.mu.RUnlock()
	fresh := make([]arrived, 0, max(n-from, 0))
	for i := from; i < n; i++ {
		fresh = append(fresh, arrived{l.arrival(i).UnixNano(), uint32(i)}) // i < maxEvents
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrivals.merge(fresh, from, t)
}

// merge takes the events from index `from` on and moves to order what has arrived at t.
func (a *arrivals) merge(fresh []arrived, from int, t time.Time) {
	if from > a.considered || !t.After(a.until) {
		return // somebody else was faster
	}
	fresh = fresh[min(a.considered-from, len(fresh)):]
	a.considered += len(fresh)
	a.pending = append(a.pending, fresh...)
	slices.SortFunc(a.pending, func(x, y arrived) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.index, y.index))
	})
	ready := sort.Search(len(a.pending), func(k int) bool { return a.pending[k].at > t.UnixNano() })
	for _, p := range a.pending[:ready] {
		a.order = append(a.order, p.index)
	}
	a.pending = slices.Delete(a.pending, 0, ready)
	a.until = t
}

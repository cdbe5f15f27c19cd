// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"maps"
	"time"
)

// truth is what a vendor has shown: events that were in a complete, healthy answer. One bit and 16 bytes per event.
type truth struct {
	seen  []uint64
	order []shownAt
}

type shownAt struct {
	index uint32
	at    int64 // unix ns
}

func (t *truth) record(events []int, at time.Time) {
	for _, i := range events {
		word, bit := i/64, uint64(1)<<(i%64)
		for len(t.seen) <= word {
			t.seen = append(t.seen, 0)
		}
		if t.seen[word]&bit == 0 {
			t.seen[word] |= bit
			t.order = append(t.order, shownAt{uint32(i), at.UnixNano()}) // i < maxEvents
		}
	}
}

// Seen is an event that a vendor has shown.
type Seen struct {
	UID   string    `json:"uid"`
	Index int       `json:"index"`
	At    time.Time `json:"at"` // when it was first shown
}

// Shown lists, in order of first showing, the events that the vendor has sent in complete, healthy answers. Nil for
// an unknown vendor.
func (s *Sim) Shown(vendor string) []Seen {
	v, ok := s.vendors[vendor]
	if !ok {
		return nil
	}
	v.mu.Lock()
	order := v.truth.order
	v.mu.Unlock()
	out := make([]Seen, len(order))
	for k, e := range order {
		out[k] = Seen{UID: v.uid(int(e.index)), Index: int(e.index), At: time.Unix(0, e.at).UTC()}
	}
	return out
}

// Visible lists the uids of the events that a client may expect to find at t: arrived, and within the retention. In
// order of event time; each once. Nil for an unknown vendor.
func (s *Sim) Visible(vendor string, t time.Time) []string {
	v, ok := s.vendors[vendor]
	if !ok {
		return nil
	}
	lo, hi := v.log.Range(v.log.Oldest(t), time.Time{}, t)
	out := make([]string, 0, hi-lo)
	last := -1
	for i := lo; i < hi; i++ {
		if o := v.log.original(i); o != last && v.log.Visible(i, t) {
			out, last = append(out, v.uid(o)), o
		}
	}
	return out
}

// Body is the event with this uid, byte for byte as the vendor sends it; ok is false when there is none. For Salesforce,
// which sends what is selected, it is the event with all fields.
func (s *Sim) Body(vendor, uid string) (body []byte, ok bool) {
	v, ok := s.vendors[vendor]
	if !ok {
		return nil, false
	}
	i, ok := uidIndex(uid)
	if !ok || i >= v.log.Count(s.opts.Now()) {
		return nil, false
	}
	body = v.appendBody(nil, i)
	return body, UID(vendor, body) == uid
}

// Log is the vendor's event log, nil for an unknown vendor.
func (s *Sim) Log(vendor string) *Log {
	if v, ok := s.vendors[vendor]; ok {
		return v.log
	}
	return nil
}

// VendorStats counts what a vendor has lived through.
type VendorStats struct {
	Requests     int          `json:"requests"`
	EarlyRetries int          `json:"early_retries"` // requests that came before the told rate-limit reset
	Rejected     int          `json:"rejected"`      // answers of 400 and more that neither a fault nor a quota asked for
	Statuses     map[int]int  `json:"statuses"`
	Faults       map[Kind]int `json:"faults"` // how often each was met
	Shown        int          `json:"shown"`  // different events in healthy answers
	Records      int          `json:"records"`
	Bytes        int64        `json:"bytes"` // of answers' bodies
}

func (st *VendorStats) fault(k Kind) {
	if st.Faults == nil {
		st.Faults = map[Kind]int{}
	}
	st.Faults[k]++
}

func (st *VendorStats) status(code int) {
	if st.Statuses == nil {
		st.Statuses = map[int]int{}
	}
	st.Statuses[code]++
}

// Stats returns the counts of one vendor; zero for an unknown vendor.
func (s *Sim) Stats(vendor string) VendorStats {
	v, ok := s.vendors[vendor]
	if !ok {
		return VendorStats{}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	st := v.stats
	st.Statuses, st.Faults = maps.Clone(st.Statuses), maps.Clone(st.Faults)
	st.Shown = len(v.truth.order)
	return st
}

// Requests is how many requests the vendor has had.
func (s *Sim) Requests(vendor string) int { return s.Stats(vendor).Requests }

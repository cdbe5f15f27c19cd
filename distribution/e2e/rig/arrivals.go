// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"slices"
	"sync"
	"time"
)

// Arrivals remembers what came out of a pipeline, by source. Safe for concurrent
// use; the zero value is empty.
type Arrivals struct {
	// LagFrom leaves older events out of Lag: a backlog has no lag of ours.
	LagFrom time.Time

	mu      sync.Mutex
	sources map[string]*arrived
	gaps    []Record
}

type arrived struct {
	first   map[string]Record
	repeats int
	lags    []time.Duration
}

// Add adds records that were seen at the time given.
func (a *Arrivals) Add(records []Record, seen time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range records {
		if r.IsGap() {
			a.gaps = append(a.gaps, r)
			continue
		}
		s := a.source(r.Source)
		if _, known := s.first[r.UID]; known {
			s.repeats++
			continue
		}
		s.first[r.UID] = r
		if r.Time.After(a.LagFrom) {
			s.lags = append(s.lags, seen.Sub(r.Time))
		}
	}
}

func (a *Arrivals) source(name string) *arrived {
	if a.sources == nil {
		a.sources = map[string]*arrived{}
	}
	s, ok := a.sources[name]
	if !ok {
		s = &arrived{first: map[string]Record{}}
		a.sources[name] = s
	}
	return s
}

// Count is the number of different events of a source, and how often one of them
// came again.
func (a *Arrivals) Count(source string) (events, repeats int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.source(source)
	return len(s.first), s.repeats
}

// Get returns the first record with a uid.
func (a *Arrivals) Get(source, uid string) (Record, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.source(source).first[uid]
	return r, ok
}

// Missing returns those of the uids that have not come.
func (a *Arrivals) Missing(source string, uids []string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.source(source)
	var missing []string
	for _, uid := range uids {
		if _, ok := s.first[uid]; !ok {
			missing = append(missing, uid)
		}
	}
	return missing
}

// Gaps returns the gap records.
func (a *Arrivals) Gaps() []Record {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.gaps)
}

// Lag is the time from an event to when it was seen, at a quantile from 0 to 1.
func (a *Arrivals) Lag(source string, quantile float64) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	lags := slices.Sorted(slices.Values(a.source(source).lags))
	if len(lags) == 0 {
		return 0
	}
	return lags[int(quantile*float64(len(lags)-1))]
}

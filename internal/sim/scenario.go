// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"slices"
	"time"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// mode is how a vendor's log is read.
type mode uint8

const (
	// modeWindow: by time filter, window after window.
	modeWindow mode = iota
	// modeStream: by a cursor that stays valid over polls.
	modeStream
	// modeList: the whole list at each poll.
	modeList
)

// order is the order in which the vendor lists events.
type order uint8

const (
	ascending order = iota
	descending
	byArrival
	shuffled
)

// Scenario is everything that a seed decides before the world starts.
type Scenario struct {
	Seed   uint64
	Vendor vendorPlan
	Engine enginePlan
	Faults faultPlan
	Bucket bucketPlan
	Log    []*event
	// Rough is how long faults happen; afterwards the world is kind.
	Rough time.Duration
	// Settle is how long the world runs on after the fresh event of O4.
	Settle time.Duration
	// Stops are orderly shutdowns, at these times after the start.
	Stops []time.Duration
	// Traced makes the world keep a trace.
	Traced bool
	// Strict owes what rows that vanish may hide from one pass over a window.
	Strict bool
	// Killer overrides the random kills.
	Killer killer
}

// vendorPlan is the vendor's manners.
type vendorPlan struct {
	mode  mode
	style paging.Type
	order order

	start, end bool // the time filters it has
	exclusive  bool // events at the lower bound exactly are left out
	// endExclusive: so are those at the upper bound.
	endExclusive bool
	coarse       bool // event times are cut to the filter's precision before they are compared
	format       string

	pageSize  int
	cursorIn  string // body | header
	more      string // "" | flag | done | total
	alwaysOn  bool   // a stream's last page names a next one, too
	lazyEnd   bool   // a full page names a next one though that is empty
	relative  bool   // next URLs are relative
	numeric   bool   // cursors are JSON numbers above 2^53
	frozen    bool   // a walk's pages show the log as it was at the first one
	ndjson    bool
	bareArray bool
	empty     string // how an empty page looks: "" | 204 | null
	errorRule bool   // the vendor's error in a 200 is described by a rule
	// expiredStatus is what an expired cursor gets; expiredRule describes it.
	expiredStatus int
	expiredRule   bool

	cap        int           // records of one result at most
	retention  time.Duration // 0 = for ever
	refusesOld bool          // a request for a time before the retention is an error
	cursorLife time.Duration // 0 = for ever
	skew       time.Duration // the vendor's clock minus the collector's
	noDate     bool
	latency    time.Duration // the longest usual answer
	// leastLimit is the smallest page that the vendor lets itself be asked for.
	leastLimit int
}

// enginePlan is how the source is configured.
type enginePlan struct {
	interval, overlap, delay, size time.Duration
	startBack                      time.Duration
	startNow, startAt              bool
	exclusiveStart                 bool
	sweepEvery, sweepDepth         time.Duration
	maxPages, maxUncommitted       int
	maxUIDs                        int
	idAndHash, noise               bool
	stopOnShort                    bool
	timeFormat, layout             string // of the record's time: configured, and as written
	// smallerPages is the page size after a change of the configuration.
	smallerPages int
	// maxRecords is how many records of a page are taken; 0 = as many as there are.
	maxRecords int
}

// faultPlan is what goes wrong, as probabilities per call in the rough phase.
type faultPlan struct {
	answer   float64 // a request's answer is disturbed
	kinds    []disturbance
	refuse   float64 // a delivery is held up for minutes
	slow     float64 // a delivery takes seconds
	save     float64 // a commit fails in one of the ways
	load     float64 // a read fails
	kill     float64 // at each boundary
	corrupt  float64 // the newest slot is damaged while down
	config   float64 // the configuration is changed while down
	takeOver float64 // another instance takes over, per commit
	clock    float64 // an answer comes from a machine whose clock is off by clockOff
	// down is the longest usual downtime; long one beyond the retention.
	down, long, clockOff time.Duration
}

// lies tells whether the vendor may say that there is no more, and there is.
func (f faultPlan) lies() bool {
	return slices.ContainsFunc(f.kinds, func(d disturbance) bool { return d == hollow || d == endsEarly })
}

// hasEnd tells whether windows have an upper bound.
func (s *Scenario) hasEnd() bool { return s.Vendor.mode == modeWindow && s.Vendor.end }

// byTime tells whether the vendor can be asked by time.
func (s *Scenario) byTime() bool { return s.Vendor.start }

// ahead is how far the collector's clock is ahead of what it can know of the
// vendor's.
func (s *Scenario) ahead() time.Duration {
	if s.Vendor.noDate && s.Vendor.skew < 0 {
		return -s.Vendor.skew
	}
	return 0
}

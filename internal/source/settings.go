// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"math/rand/v2"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// Settings is how one source is polled.
type Settings struct {
	// Interval is the time between the starts of two polls of a source that has
	// caught up.
	Interval time.Duration
	// Start is where a source without a checkpoint starts.
	Start Start
	// ByTime says that the vendor can be asked by time.
	ByTime bool
	// Window plans the windows of a source that is asked by time.
	Window window.Settings
	// Paging is how the vendor pages; Persistent makes the source a stream.
	Paging paging.Settings
	// Sized says that each request tells how many records a page may have:
	// Paging.PageSize, or less.
	Sized bool
	// Descending says that records come newest first over a whole walk.
	Descending bool
	// Retention is how long the vendor keeps events; 0 = not known.
	Retention time.Duration
	// SweepEvery and SweepDepth configure the deeper re-read; 0 = none.
	SweepEvery, SweepDepth time.Duration
	// MaxResults is the vendor's cap on the records of one window; 0 = none.
	MaxResults int
	// MaxPages is how many pages one poll reads before it yields.
	MaxPages int
	// MaxEmpty is how many empty pages in a row are followed.
	MaxEmpty int
	// Verify reads windows again whose pages may have drifted (F09).
	Verify bool
	// MaxUncommitted is how many delivered pages may wait for their checkpoint
	// while more is delivered. 0 = each page is durable before the next one.
	MaxUncommitted int
	// MaxUIDs is how many uids are remembered.
	MaxUIDs int
	// Retry is the back-off after a failed request or commit.
	Retry Backoff
	// Fingerprint is what gives the position its meaning.
	Fingerprint checkpoint.Fingerprint
	// Random is the source of jitter and keys; nil = the process's own.
	Random *rand.Rand
}

// Start is where a source without a checkpoint starts. At most one is set; none
// means the beginning.
type Start struct {
	Now  bool
	Back time.Duration
	At   time.Time
}

// maxSweepPages is how many pages of a sweep are read between two polls.
const maxSweepPages = 20

// maxPasses is how often a window is read at most because its pages may have
// drifted. Under constant insertion no pass would ever be without new records.
const maxPasses = 4

// stream tells whether the vendor's cursor is the position, rather than time.
func (s Settings) stream() bool { return s.Paging.Persistent }

// endsByAge tells whether a walk over a list that begins with the newest ends at
// what the walk before has read. A page of few records may be old by chance.
func (s Settings) endsByAge() bool { return s.Descending && !s.ByTime && !s.stream() }

// resolve is the time at which a first start begins; zero = the beginning.
func (s Settings) resolve(now time.Time) time.Time {
	var at time.Time
	switch {
	case s.Start.Now:
		at = now
	case s.Start.Back > 0:
		at = now.Add(-s.Start.Back)
	default:
		at = s.Start.At
	}
	// Nothing is owed from before what the vendor keeps; asking for it is an
	// error at some (Okta refuses a `since` of more than 180 days).
	if oldest := now.Add(-s.Retention); s.Retention > 0 && at.Before(oldest) {
		at = oldest
	}
	if at.IsZero() && s.ByTime {
		at = time.Unix(0, 0).UTC()
	}
	return at
}

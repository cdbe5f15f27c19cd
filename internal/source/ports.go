// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// Gap is an interval that can't be proven complete.
type Gap = checkpoint.Gap

// The reasons of a gap.
const (
	// GapRetention: the vendor had dropped events before they could be read.
	GapRetention = "retention"
	// GapQuarantined: a record that the pipeline refuses for good was set aside.
	GapQuarantined = "quarantined"
	// GapUnsplittable: a window at the vendor's result cap can't be made smaller.
	GapUnsplittable = "window_unsplittable"
	// GapDetail: the vendor listed an item whose records it no longer has.
	GapDetail = "detail_missing"
	// GapDedupeOverflow: too little memory of delivered uids to look back further.
	GapDedupeOverflow = "dedupe_overflow"
	// GapOperator: somebody moved the low watermark forward by hand.
	GapOperator = "operator"
)

// GapReasons lists the reasons, for the constant label set of the metric.
func GapReasons() []string {
	return []string{GapRetention, GapQuarantined, GapUnsplittable, GapDetail, GapDedupeOverflow, GapOperator}
}

// Fetcher gets pages. *fetch.Fetcher is one.
type Fetcher interface {
	// Fetch makes one attempt to get one page. It is idempotent and not called
	// concurrently. Its error is a *send.Error, or the context's.
	Fetch(ctx context.Context, ask fetch.Ask) (fetch.Result, error)
}

// Sink is the pipeline.
type Sink interface {
	// Deliver hands over the records of one page. nil = every record was accepted
	// durably as far as the pipeline promises it, or is listed in quarantined. It
	// retries refused data in place until ctx ends; then it returns an error, and
	// any part of the page may have been accepted. Not concurrent, not idempotent.
	Deliver(ctx context.Context, records []record.Record, observed time.Time) (quarantined []record.Record, err error)
	// DeliverGap hands over one gap record, by the same rules.
	DeliverGap(ctx context.Context, gap Gap, observed time.Time) error
}

// Store keeps the state. *checkpoint.Store is one. It is not called
// concurrently.
type Store interface {
	// Load reads the newest state; a nil State is a first start, an error never is.
	Load(ctx context.Context) (checkpoint.Loaded, error)
	// Save makes a commit durable. After an error it may or may not be stored; it
	// is saved again, or a later one that includes it. An error with a method
	// Fenced() bool that returns true says that another instance has taken over:
	// it is final.
	Save(ctx context.Context, commit checkpoint.Commit) error
}

// Observer is told what happens. Its methods return quickly, are called from
// several goroutines, and have no say.
type Observer interface {
	// Attempted follows each request.
	Attempted(a Attempt)
	// Delivered follows each page that the pipeline accepted.
	Delivered(d Delivery)
	// Noticed follows everything else worth knowing.
	Noticed(n Notice)
}

// Attempt is one request.
type Attempt struct {
	// Err is nil when a page came; else Class is the class of the error, and Wait
	// how long the source waits before it tries again.
	Err   error
	Class string
	Wait  time.Duration
	// Took is the time from the request to the decoded page.
	Took           time.Duration
	Bytes, Records int
	// Remaining is how many requests the vendor's quota has left; -1 = not told.
	Remaining int64
}

// Delivery is the balance of one page: Fetched = Emitted + Duplicate + Filtered
// + Quarantined.
type Delivery struct {
	Fetched, Emitted, Duplicate, Filtered, Quarantined int
	// Sweep tells that the page belongs to the deeper re-read.
	Sweep bool
	// Newest and Oldest are the bounds of the event times of what was emitted.
	Newest, Oldest time.Time
}

// Kind says what a Notice is about.
type Kind uint8

// The kinds of notices.
const (
	// PollDone: a poll ended. Low, High and CaughtUp are set.
	PollDone Kind = iota
	// Committed: a checkpoint was stored. Pages of it are now durable.
	Committed
	// CommitFailed: a checkpoint could not be stored; it is tried again.
	CommitFailed
	// LoadFailed: the checkpoint could not be read; nothing is polled until it can.
	LoadFailed
	// Loaded: the checkpoint was read. Text says what is unusual about it, Low is
	// set if it held a position.
	Loaded
	// GapFound: Gap is going to be delivered.
	GapFound
	// Looped: the vendor's pages go in circles.
	Looped
	// CursorExpired: the vendor no longer takes the position; Text says what now.
	CursorExpired
	// Fenced: another instance took over; this one has stopped.
	Fenced
	// ClockDiffers: the vendor's clock and ours differ; Text says by how much.
	ClockDiffers
)

// Notice is something worth knowing.
type Notice struct {
	Kind      Kind
	Err       error
	Text      string
	Gap       Gap
	Low, High time.Time
	CaughtUp  bool
	// New is the number of records that a poll delivered.
	New int
	// Pages is the number of pages that became durable.
	Pages int
}

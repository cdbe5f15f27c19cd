// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"time"

	"github.com/restaudit/otelcol-audit/internal/dedupe"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// Schema is the version of the State that this code writes, and MinReader the
// oldest version of the code that can read it (F48).
const (
	Schema    = 1
	MinReader = 1
)

// State is everything that a source must remember. Its JSON names are stable.
type State struct {
	Schema     int    `json:"schema"`
	MinReader  int    `json:"min_reader"`
	Generation uint64 `json:"generation"`
	// LastTimestamp is the high watermark: the newest event time delivered.
	LastTimestamp time.Time `json:"last_timestamp,omitzero"`
	// Cursor is the vendor's token that the next poll goes on from, for people;
	// Position is what the program uses.
	Cursor string `json:"cursor"`
	// Low is the low watermark: no event before it is owed.
	Low time.Time `json:"low,omitzero"`
	// Covered is the vendor's clock at the last walk that caught up: whatever it
	// had stored by then is delivered, also when there was nothing.
	Covered time.Time `json:"covered,omitzero"`
	// CaughtUp is that time on our clock.
	CaughtUp time.Time       `json:"caught_up,omitzero"`
	Position paging.Position `json:"position,omitzero"`
	// PageSize is the size that Position counts on, if that is not the configured
	// one; else 0.
	PageSize int64 `json:"page_size,omitempty"`
	// CursorLost says that a stream is without the cursor that it had, and goes on
	// from the low watermark.
	CursorLost bool `json:"cursor_lost,omitempty"`
	// Begin is where the source started at first: nothing before it is owed.
	Begin time.Time `json:"begin,omitzero"`
	// Floor drops older events of a source that can't ask by time.
	Floor time.Time `json:"floor,omitzero"`
	// Walk is the walk in progress over the main window; nil between walks.
	Walk *Walk `json:"window,omitempty"`
	// Sweep is the deeper re-read in progress; nil between sweeps.
	Sweep     *Sweep    `json:"sweep,omitempty"`
	LastSweep time.Time `json:"last_sweep,omitzero"`
	// WalkNo counts walks; it tells which uids were met lately.
	WalkNo uint64 `json:"walk_no,omitempty"`
	// Gaps are the gap records that are still to be delivered.
	Gaps []Gap `json:"gaps,omitempty"`
	// Reported says for each reason up to where gaps were reported, so that an
	// interval that is looked at again is not reported again.
	Reported map[string]time.Time `json:"reported,omitempty"`
	// NotBefore is when the vendor allows the next request (F30).
	NotBefore time.Time `json:"not_before,omitzero"`
	// Ahead is by how many seconds the vendor's clock was ahead of ours at its last
	// answers, the oldest first.
	Ahead       []int64     `json:"ahead,omitempty"`
	Fingerprint Fingerprint `json:"fingerprint"`
	Seen        Seen        `json:"seen,omitzero"`
	UpdatedAt   time.Time   `json:"updated_at,omitzero"`
}

// Walk is a walk over the pages of one window. It is saved after every page, so
// that a crash resumes it in the middle.
type Walk struct {
	From     time.Time       `json:"from,omitzero"`
	To       time.Time       `json:"to,omitzero"`
	Position paging.Position `json:"position,omitzero"`
	// PageSize is the size of the walk's pages, if one was too large for the
	// configured size; else 0.
	PageSize int64 `json:"page_size,omitempty"`
	// CaughtUp says that To was as near to now as the delay allows.
	CaughtUp bool `json:"caught_up,omitempty"`
	// Until is the end of the window that this one is a part of, when it had to be
	// split; UntilCaughtUp belongs to that.
	Until         time.Time `json:"until,omitzero"`
	UntilCaughtUp bool      `json:"until_caught_up,omitempty"`
	// Asked is our clock at the first request.
	Asked time.Time `json:"asked,omitzero"`
	// Newest is the newest plausible event time met so far.
	Newest time.Time `json:"newest,omitzero"`
	// Pages and Records count what this pass has read; New what it delivered.
	Pages   int `json:"pages,omitempty"`
	Records int `json:"records,omitempty"`
	New     int `json:"new,omitempty"`
	// Empty counts the empty pages in a row.
	Empty int `json:"empty,omitempty"`
	// Pass counts re-reads of a window whose pages may have drifted (F09).
	Pass int `json:"pass,omitempty"`
	// Expired counts the cursors that the vendor forgot in this window.
	Expired int `json:"expired,omitempty"`
}

// Sweep is a deeper re-read of [Walk.From, Until) in windows (F01).
type Sweep struct {
	Walk  Walk      `json:"window"`
	Until time.Time `json:"until,omitzero"`
	Since time.Time `json:"since,omitzero"`
}

// Gap is an interval that can't be proven complete.
type Gap struct {
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Reason string    `json:"reason"`
	Detail string    `json:"detail,omitempty"`
	UID    string    `json:"uid,omitempty"`
}

// Fingerprint is what gives the position its meaning (F49): the account that is
// read, and the request that is made there. Both are hashes.
type Fingerprint struct {
	Account string `json:"account,omitempty"`
	Request string `json:"request,omitempty"`
}

// Seen refers to the chunks of delivered uids.
type Seen struct {
	// Key is the secret key of the uid hash, in base64.
	Key string `json:"key,omitempty"`
	// Set describes the set and names its chunks.
	Set dedupe.State `json:"set,omitzero"`
	// Garbage are the chunks that this state no longer needs but the previous
	// one does: the next commit deletes them.
	Garbage []uint64 `json:"garbage,omitempty"`
}

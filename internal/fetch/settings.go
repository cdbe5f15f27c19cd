// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/restaudit/otelcol-audit/internal/filter"
	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/timefmt"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// Settings is how the pages of one source are got.
type Settings struct {
	Request request.Settings
	Page    page.Settings // without Fields and Envelope, which New fills in
	Record  record.Settings
	Filter  *filter.Filter // nil keeps everything
	// MatchPaths is the field that Filter looks at; none = the raw record.
	MatchPaths []string
	// Expand gets the records by a second step.
	Expand ExpandSettings
	// Related joins objects beside the records into them.
	Related RelatedSettings
	// Paging, Next, OffsetStart and PageStart are of the log, or of the list of a
	// source with two steps: see PagerSettings.
	Paging                 paging.Settings
	Next                   NextSettings
	OffsetStart, PageStart int64
	// Start and End are the formats of the window's bounds.
	Start, End timefmt.Format
	// WindowOnce leaves the window's bounds out of requests with a position: a
	// persistent cursor stands for them.
	WindowOnce bool
}

// NextSettings is where a response says what follows it.
type NextSettings struct {
	Cursor, URL, LastID, More, Done, Total, TotalPages []string // paths
	CursorHeader, URLHeader, LinkRel                   string
	// CursorJoin is put between the parts of a cursor that is a list; "" = its JSON.
	CursorJoin string
}

// Client sends one request, with its credentials. *send.Client is one. It is
// safe for concurrent use.
type Client interface {
	// Do makes one attempt; its error is a *send.Error or the context's.
	Do(ctx context.Context, req *http.Request) (*send.Response, error)
	// CheckURL is the origin rule: nil means that Do would ask this URL.
	CheckURL(u *url.URL) error
	// Secrets returns the texts that must not be kept.
	Secrets() []string
}

// Refresher renews credentials. It is safe for concurrent use.
type Refresher interface {
	// Refresh renews them after the vendor refused them, and tells whether they
	// are others now.
	Refresh(ctx context.Context) (changed bool, err error)
}

// Ask is what to get.
type Ask struct {
	Window   window.Window
	Position paging.Position
	// PageSize is asked for in place of Settings.Paging.PageSize, unless zero.
	PageSize int64
	// Floor drops records that are older; zero drops none.
	Floor time.Time
	// Now is what is known of the vendor's clock, for judging event times where an
	// answer tells no later one.
	Now time.Time

	// item are the values of the item that the records belong to.
	item []page.Value
}

// Result is one page.
type Result struct {
	// Lost are the items of a list whose records the vendor no longer has.
	Lost []string
	// Records are what the filter kept, in the page's order.
	Records []record.Record
	// Old are records before Ask.Floor. They count as filtered, but are remembered:
	// the vendor may show them again when the floor is gone.
	Old []record.Record
	// Fetched and Filtered count the records of the page and those dropped.
	Fetched, Filtered int
	// Rows counts what the vendor counts, for its cap of a result: the records
	// before a split, the items of a list.
	Rows int
	// Newest and Oldest are the bounds of the plausible event times of all
	// records of the page; zero when there are none.
	Newest, Oldest time.Time
	Next           paging.Next
	// Date is the vendor's clock; zero when it sent none.
	Date time.Time
	// NotBefore is when the vendor allows the next request; zero = now.
	NotBefore time.Time
	// Bytes is the size of the body, inflated.
	Bytes int
	// Remaining is how many requests the vendor's quota has left; -1 = not told.
	Remaining int64
	// Weight is about what the page takes in memory: its text, and its records with
	// the values that are picked from them.
	Weight int
	// read is the size of the bodies with records: that of a list is none.
	read int
	// release is that of the bodies; nil if none was large.
	release func()
}

// Done says that the records are not used any more.
func (r Result) Done() {
	if r.release != nil {
		r.release()
	}
}

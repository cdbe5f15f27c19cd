// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"time"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// The places of a parameter.
const (
	inQuery  = "query"
	inHeader = "header"
	inBody   = "body"
)

// The values of time_filter::bounds.
const (
	boundsInclusive = "inclusive"
	boundsExclusive = "exclusive"
	boundsUnknown   = "unknown"
)

// RequestConfig is what is asked. Its texts may hold {placeholders}: start, end,
// cursor, offset, page, page_size, last_id and params.NAME.
type RequestConfig struct {
	// Method is GET (default) or POST.
	Method string `mapstructure:"method"`
	// Query are parameters of the URL.
	Query map[string]Text `mapstructure:"query,omitempty"`
	// Headers are further headers of the request.
	Headers map[string]Text `mapstructure:"headers,omitempty"`
	// Body is the body of a POST.
	Body string `mapstructure:"body,omitempty"`
	// Next is every request but the first of a walk, where the vendor wants another.
	Next *NextRequestConfig `mapstructure:"next,omitempty"`
	_    struct{}
}

// NextRequestConfig is the requests after the first of a walk. Their headers are
// those of the first; of the parameters that other sections add they have the
// position alone.
type NextRequestConfig struct {
	// URL is the URL. Default the endpoint.
	URL string `mapstructure:"url,omitempty"`
	// Method is the method. Default that of the first request.
	Method string `mapstructure:"method"`
	// Query are all query parameters but the position. Default none.
	Query map[string]Text `mapstructure:"query,omitempty"`
	// Body is the whole body. Default none.
	Body string `mapstructure:"body,omitempty"`
	_    struct{}
}

// TimeFilterConfig is how the vendor is asked by time. It is in use when it
// names a parameter, or when {start} stands somewhere in the request.
type TimeFilterConfig struct {
	// StartParam is the parameter of the lower bound.
	StartParam string `mapstructure:"start_param,omitempty"`
	// EndParam is the parameter of the upper bound.
	EndParam string `mapstructure:"end_param,omitempty"`
	// In is where the parameters go: query (default), header or body.
	In string `mapstructure:"in"`
	// Format is how times are written: rfc3339 (default), rfc3339_ms, iso8601,
	// unix, unix_ms, unix_us, unix_ns, date, a Go layout or a strftime layout.
	Format string `mapstructure:"format"`
	// Timezone is the IANA zone that times are written in. Default UTC.
	Timezone string `mapstructure:"timezone,omitempty"`
	// Bounds says whether the lower bound includes its own instant: inclusive,
	// exclusive or unknown (default: asks from one granule earlier).
	Bounds string `mapstructure:"bounds"`
	// Window is the longest interval of one request. Default: no limit.
	Window time.Duration `mapstructure:"window,omitempty"`
	// Overlap is how far each poll looks back for late events. Default 5m.
	Overlap time.Duration `mapstructure:"overlap"`
	// Delay keeps the upper bound behind now.
	Delay time.Duration `mapstructure:"delay,omitempty"`
	// Sweep is a slower, deeper look for events that were later than the overlap.
	Sweep SweepConfig `mapstructure:"sweep,omitempty"`
	// MaxResults is the number of records at which the vendor cuts a result off;
	// a window that reaches it is split. 0 = no cap.
	MaxResults int `mapstructure:"max_results,omitempty"`
	_          struct{}
}

// SweepConfig is the deeper look.
type SweepConfig struct {
	// Every is the time between two sweeps; 0 = no sweeps.
	Every time.Duration `mapstructure:"every,omitempty"`
	// Depth is how far back a sweep looks.
	Depth time.Duration `mapstructure:"depth,omitempty"`
	_     struct{}
}

// PaginationConfig is how the vendor pages.
type PaginationConfig struct {
	// Type is none (default), offset, page, cursor, link, next_url or last_id.
	Type paging.Type `mapstructure:"type"`
	// In is where the parameters go: query (default), header or body.
	In string `mapstructure:"in"`
	// PageSize is the number of records to ask for.
	PageSize int64 `mapstructure:"page_size,omitempty"`
	// LimitParam is the parameter of the page size.
	LimitParam string `mapstructure:"limit_param,omitempty"`
	// OffsetParam is the parameter of the offset (offset).
	OffsetParam string `mapstructure:"offset_param,omitempty"`
	// OffsetStart is the offset of the first record. Default 0.
	OffsetStart int64 `mapstructure:"offset_start,omitempty"`
	// PageParam is the parameter of the page number (page).
	PageParam string `mapstructure:"page_param,omitempty"`
	// PageStart is the number of the first page. Default 1.
	PageStart int64 `mapstructure:"page_start"`
	// CursorParam is the parameter of the cursor (cursor) or the last id (last_id).
	CursorParam string `mapstructure:"cursor_param,omitempty"`
	// CursorPath is where the body has the next cursor.
	CursorPath Paths `mapstructure:"cursor_path,omitempty"`
	// CursorJoin is put between the parts of a cursor that is a list of texts.
	// Without it such a cursor is its JSON.
	CursorJoin string `mapstructure:"cursor_join,omitempty"`
	// CursorHeader is the response header that has the next cursor.
	CursorHeader string `mapstructure:"cursor_header,omitempty"`
	// LinkRel is the relation of the Link header to follow. Default next.
	LinkRel string `mapstructure:"link_rel"`
	// NextURLPath is where the body has the next URL (next_url).
	NextURLPath Paths `mapstructure:"next_url_path,omitempty"`
	// NextURLHeader is the response header that has the next URL (next_url).
	NextURLHeader string `mapstructure:"next_url_header,omitempty"`
	// LastIDPath is the record's field for last_id. Default response::id.
	LastIDPath Paths `mapstructure:"last_id_path,omitempty"`
	// HasMorePath is a flag in the body that says that there are more pages.
	HasMorePath Paths `mapstructure:"has_more_path,omitempty"`
	// DonePath is a flag in the body that says that there are none.
	DonePath Paths `mapstructure:"done_path,omitempty"`
	// TotalPath is the number of records of the whole result.
	TotalPath Paths `mapstructure:"total_path,omitempty"`
	// TotalPagesPath is the number of pages of the whole result.
	TotalPagesPath Paths `mapstructure:"total_pages_path,omitempty"`
	// Persistent keeps the position over polls: the next poll goes on from it.
	Persistent bool `mapstructure:"persistent,omitempty"`
	// StopOnShortPage takes a page that is not full as the last.
	StopOnShortPage bool `mapstructure:"stop_on_short_page,omitempty"`
	// Verify reads a window of several offset or page requests again until
	// nothing new comes, as rows may have moved meanwhile. Default true.
	Verify bool `mapstructure:"verify"`
	// MaxPagesPerPoll is how many pages one poll reads before it yields.
	// Default 1000.
	MaxPagesPerPoll int `mapstructure:"max_pages_per_poll"`
	// MaxEmptyPages is how many empty pages in a row are followed. Default 50.
	MaxEmptyPages int `mapstructure:"max_empty_pages"`
	_             struct{}
}

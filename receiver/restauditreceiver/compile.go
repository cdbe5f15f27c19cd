// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/filter"
	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/source"
	"github.com/restaudit/otelcol-audit/internal/timefmt"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// compiled is a configuration in the form that the steps take.
type compiled struct {
	fetch  fetch.Settings
	send   send.Settings
	source source.Settings
	// attributes are the names of record.Record.Values; from mapsFrom on they are
	// written as maps.
	attributes []string
	mapsFrom   int
}

// compile translates the configuration and tries all its parts, without any
// contact to the outside. Validate and Start share it.
func (c *Config) compile() (*compiled, error) {
	out := &compiled{attributes: slices.Sorted(maps.Keys(c.Attributes))}
	var err error
	if out.fetch, err = c.fetchSettings(out.attributes); err != nil {
		return nil, err
	}
	if c.Expand != nil {
		out.attributes = append(out.attributes, slices.Sorted(maps.Keys(c.Expand.Attributes))...)
	}
	out.mapsFrom = len(out.attributes)
	out.attributes = append(out.attributes, c.relatedNames()...)
	endpoint, err := c.endpoint(out.fetch.Request)
	if err != nil {
		return nil, err
	}
	out.send = c.sendSettings(endpoint)
	client, err := send.NewClient(&http.Client{}, out.send)
	if err != nil {
		return nil, err
	}
	if err := c.checkHosts(client.CheckURL); err != nil {
		return nil, err
	}
	if _, err := fetch.New(out.fetch, nil, nil); err != nil {
		return nil, err
	}
	out.source, err = c.sourceSettings(out.fetch)
	return out, err
}

// pageFormats are the values of response::format.
var pageFormats = map[string]page.Format{"json": page.JSON, "ndjson": page.NDJSON, "csv": page.CSV, "xml": page.XML}

// byTime tells whether the vendor can be asked by time.
func (c *Config) byTime() bool {
	return c.TimeFilter.StartParam != "" || c.mentions("{start}") || c.Expand.mentions("{start}")
}

func (c *Config) hasEnd() bool {
	return c.TimeFilter.EndParam != "" || c.mentions("{end}") || c.Expand.mentions("{end}")
}

func (c *Config) fetchSettings(attributes []string) (fetch.Settings, error) {
	p, tf, r := c.Pagination, c.TimeFilter, c.Response
	zone, err := time.LoadLocation(tf.Timezone)
	if err != nil {
		return fetch.Settings{}, err
	}
	format, err := timefmt.New(tf.Format, zone)
	if err != nil {
		return fetch.Settings{}, fmt.Errorf("`time_filter::format`: %w", err)
	}
	keep, err := filter.New(filter.Settings{Match: c.MatchOn, Exclude: c.ExcludeOn})
	if err != nil {
		return fetch.Settings{}, err
	}
	if len(c.MatchOn)+len(c.ExcludeOn) == 0 {
		keep = nil
	}
	records, err := c.recordSettings(attributes)
	if err != nil {
		return fetch.Settings{}, err
	}
	expand, err := c.expandSettings()
	if err != nil {
		return fetch.Settings{}, err
	}
	pages := c.pager()
	decoding := page.Settings{
		Format: pageFormats[r.Format], Records: r.Records, RecordsOptional: r.RecordsOptional,
		Split: r.Split, Embedded: r.Embedded, MaxDepth: c.Limits.MaxDepth, MaxRecords: c.Limits.MaxRecords, MaxBytes: int(c.Limits.MaxPageBytes),
	}
	return fetch.Settings{
		Request: c.requestSettings(), Page: decoding, Record: records, Filter: keep, MatchPaths: c.MatchPath,
		Expand: expand, Related: c.related(),
		Paging: pages.Paging, Next: pages.Next, OffsetStart: pages.OffsetStart, PageStart: pages.PageStart,
		Start: format, End: format, WindowOnce: p.Persistent,
	}, nil
}

// pager is how the endpoint pages, or with Expand how the further requests do.
func (c *Config) pager() fetch.PagerSettings {
	p := c.Pagination
	lastID := p.LastIDPath
	if p.Type == paging.LastID && len(lastID) == 0 {
		lastID = c.Response.ID
	}
	return fetch.PagerSettings{
		Paging: paging.Settings{
			Type: p.Type, PageSize: p.PageSize, Persistent: p.Persistent,
			SizeParam: c.sizeParam(), StopOnShortPage: p.StopOnShortPage, TotalIsPages: len(p.TotalPagesPath) > 0,
		},
		Next: fetch.NextSettings{
			Cursor: p.CursorPath, URL: p.NextURLPath, LastID: lastID, More: p.HasMorePath, Done: p.DonePath,
			Total: p.TotalPath, TotalPages: p.TotalPagesPath, CursorJoin: p.CursorJoin,
			CursorHeader: p.CursorHeader, URLHeader: p.NextURLHeader, LinkRel: p.LinkRel,
		},
		OffsetStart: p.OffsetStart, PageStart: p.PageStart,
	}
}

func (c *Config) related() fetch.RelatedSettings {
	s := fetch.RelatedSettings{Path: c.Response.Related.Path}
	for _, field := range c.Response.Related.Fields {
		s.Fields = append(s.Fields, []string{field})
	}
	return s
}

// relatedNames are the attributes of related objects: related.actor for the
// field details.actor.
func (c *Config) relatedNames() []string {
	var names []string
	for _, field := range c.Response.Related.Fields {
		names = append(names, "related."+field[strings.LastIndexByte(field, '.')+1:])
	}
	return names
}

func (c *Config) recordSettings(attributes []string) (record.Settings, error) {
	r := c.Response
	zone, err := time.LoadLocation(r.Timezone)
	if err != nil {
		return record.Settings{}, err
	}
	s := record.Settings{
		ID: r.ID, Time: r.Timestamp, EventName: r.EventName, Message: r.Message, Severity: r.Severity,
		TimeFormat: r.TimestampFormat, Zone: zone,
		// The parts of a split record share the vendor's id.
		IDAndHash: c.Dedupe.Key == dedupeIDAndHash || r.Split != "", MaxFuture: 24 * time.Hour,
	}
	for _, name := range attributes {
		s.Attributes = append(s.Attributes, record.Attribute{Name: name, Paths: c.Attributes[name]})
	}
	return s, nil
}

// endpoint is the URL that says where credentials may go.
func (c *Config) endpoint(s request.Settings) (*url.URL, error) {
	b, err := request.New(s)
	if err != nil {
		return nil, err
	}
	// A first request is built with all that a first request can have, so that a
	// template that can't be filled is found here.
	v := request.Values{PageSize: c.Pagination.PageSize, HasOffset: true, HasPage: true}
	if c.byTime() {
		v.Start, v.End = "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
	}
	req, err := b.Build(context.Background(), v)
	if err != nil {
		return nil, err
	}
	return req.URL, nil
}

func (c *Config) sendSettings(endpoint *url.URL) send.Settings {
	s := send.Settings{
		Endpoint: endpoint, AllowedHosts: c.AllowedHosts, AllowHTTP: c.AllowHTTP,
		MaxPageBytes: int64(c.Limits.MaxPageBytes), Timeout: c.ClientConfig.Timeout,
		RequestsPerSecond: c.RateLimit.RequestsPerSecond, Burst: c.RateLimit.Burst,
	}
	if pageFormats[c.Response.Format] == page.JSON {
		s.Plausible = func(start string) error { return page.Plausible(start, c.Limits.MaxDepth) }
	}
	for _, rule := range c.Response.ErrorWhen {
		r := send.Rule{
			Status: rule.Status, Path: rule.Path, Contains: rule.Contains, Class: send.Class(rule.Class),
			RetryAfter: rule.RetryAfter, RetryAfterPath: rule.RetryAfterPath,
		}
		if rule.Equals != nil {
			r.Equals = string(*rule.Equals)
		}
		s.Errors = append(s.Errors, r)
	}
	return s
}

func (c *Config) sourceSettings(f fetch.Settings) (source.Settings, error) {
	begin, err := parseStart(string(c.StartAt))
	if err != nil {
		return source.Settings{}, err
	}
	if c.StartAt == "" && c.byTime() {
		begin.back = 24 * time.Hour
	}
	tf, p := c.TimeFilter, c.Pagination
	return source.Settings{
		Interval: c.PollInterval, Start: source.Start{Now: begin.now, Back: begin.back, At: begin.at},
		ByTime: c.byTime(),
		Window: window.Settings{
			HasEnd: c.hasEnd(), Size: tf.Window, Overlap: tf.Overlap, Delay: tf.Delay, Granule: f.Start.Granularity(),
			ExclusiveStart: tf.Bounds != boundsInclusive, Floor: f.Start.Floor,
		},
		Paging: f.Paging, Sized: f.Request.Asks("page_size"), Descending: c.Response.Order == orderDescending, Retention: c.Retention,
		SweepEvery: tf.Sweep.Every, SweepDepth: tf.Sweep.Depth, MaxResults: tf.MaxResults,
		MaxPages: p.MaxPagesPerPoll, MaxEmpty: p.MaxEmptyPages, Verify: p.Verify,
		MaxUncommitted: c.Limits.MaxUncommittedPages, MaxUIDs: c.Dedupe.MaxUIDs,
		Retry:       source.Backoff{Initial: c.Retry.InitialInterval, Max: c.Retry.MaxInterval, Multiplier: c.Retry.Multiplier},
		Fingerprint: c.fingerprint(),
	}, nil
}

// fingerprint is what gives a saved position its meaning (F49). Credentials are
// no part of it: they rotate.
func (c *Config) fingerprint() checkpoint.Fingerprint {
	sum := func(parts ...any) string {
		text, _ := json.Marshal(parts) //nolint:errchkjson // texts and maps of texts always marshal
		hash := sha256.Sum256(text)
		return hex.EncodeToString(hash[:8])
	}
	p, expand := c.Pagination, c.Expand
	if expand != nil {
		same := *expand
		same.Parallel = 0 // how many run at once changes nothing in what is asked
		expand = &same
	}
	request := []any{
		c.Request.Method, c.Request.Query, c.Request.Body, c.Request.Next, p.Type, p.Persistent,
		p.CursorPath, p.CursorHeader, p.CursorParam, p.OffsetStart, c.Response.Records, c.Response.Order, c.byTime(), c.hasEnd(), expand,
	}
	if p.Type == paging.LastID {
		request = append(request, c.pager().Next.LastID)
	}
	if p.Type == paging.Page {
		request = append(request, p.PageSize, p.PageStart) // a number of a page counts on them
	}
	return checkpoint.Fingerprint{Account: sum(c.ClientConfig.Endpoint, c.params()), Request: sum(request...)}
}

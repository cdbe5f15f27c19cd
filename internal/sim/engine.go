// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
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

// sizeParam is the query parameter with the size of a page.
const sizeParam = "limit"

// newSource puts the real engine together, on the world's ports.
func (w *World) newSource(inc *incarnation) (*source.Source, error) {
	name := func(port string) *stream { return newStream(w.s.Seed, fmt.Sprintf("%s of %d", port, inc.no)) }
	format, err := timefmt.New(w.s.Vendor.format, nil)
	if err != nil {
		return nil, err
	}
	base := &http.Client{Transport: &transport{w: w, inc: inc, rand: name("network"), pace: name("pace")}}
	sender, err := send.NewClient(base, w.s.sendSettings())
	if err != nil {
		return nil, err
	}
	settings, err := w.s.fetchSettings(inc.variant, format)
	if err != nil {
		return nil, err
	}
	fetcher, err := fetch.New(settings, sender, nil)
	if err != nil {
		return nil, err
	}
	client, closer := w.storage(inc, name("storage"))
	store := checkpoint.NewStore(client)
	inc.closeStorage = closer
	sink := &pipeline{w: w, inc: inc, rand: name("pipeline")}
	set := w.s.sourceSettings(inc.variant, format, w.epoch)
	set.Random = rand.New(rand.NewPCG(w.s.Seed, uint64(inc.no)))
	return source.New(set, fetcher, sink, store, &watch{w: w, inc: inc}), nil
}

func (s *Scenario) sendSettings() send.Settings {
	u, _ := url.Parse(endpoint) // a constant
	set := send.Settings{Endpoint: u, Timeout: 40 * time.Second, Grace: 20 * time.Second}
	set.Authorize, set.Secrets = authorize, func() []string { return []string{canary} }
	if s.Vendor.errorRule {
		set.Errors = append(set.Errors, send.Rule{Path: "ok", Equals: "false", Class: send.ClassRetry})
	}
	if s.Vendor.expiredRule {
		set.Errors = append(set.Errors, send.Rule{Path: "error.code", Equals: expiredCursor, Class: send.ClassCursorExpired})
	}
	return set
}

// pageSize is how many records a configuration asks for.
func (s *Scenario) pageSize(variant string) int {
	if len(variant)%2 == 0 {
		return s.Engine.smallerPages
	}
	return s.Vendor.pageSize
}

func (s *Scenario) fetchSettings(variant string, format timefmt.Format) (fetch.Settings, error) {
	v := s.Vendor
	out := fetch.Settings{
		Request: s.requestSettings(variant), Record: s.recordSettings(), Paging: s.pagingSettings(variant),
		Start: format, End: format, PageStart: 1, WindowOnce: v.mode == modeStream, Next: s.nextSettings(),
	}
	if !v.bareArray && !v.ndjson {
		out.Page.Records = []string{"data"}
	}
	if v.ndjson {
		out.Page.Format = page.NDJSON
	}
	out.Page.MaxRecords = s.Engine.maxRecords
	var err error
	if s.Engine.noise {
		out.Filter, err = filter.New(filter.Settings{Exclude: []string{`"type":"noise"`}})
	}
	return out, err
}

func (s *Scenario) recordSettings() record.Settings {
	return record.Settings{
		ID: []string{"id"}, Time: []string{"ts"}, EventName: []string{"type"},
		TimeFormat: s.Engine.timeFormat, IDAndHash: s.Engine.idAndHash, MaxFuture: 24 * time.Hour,
	}
}

func (s *Scenario) pagingSettings(variant string) paging.Settings {
	return paging.Settings{
		Type: s.Vendor.style, PageSize: int64(s.pageSize(variant)), Persistent: s.Vendor.mode == modeStream,
		StopOnShortPage: s.Engine.stopOnShort, SizeParam: sizeParam,
	}
}

func (s *Scenario) nextSettings() fetch.NextSettings {
	v := s.Vendor
	next := fetch.NextSettings{LinkRel: "next"}
	switch {
	case v.style == paging.Cursor && v.cursorIn == "header":
		next.CursorHeader = "X-Next"
	case v.style == paging.Cursor:
		next.Cursor = []string{"next"}
	case v.style == paging.NextURL && v.cursorIn == "header":
		next.URLHeader = "X-Next-Url"
	case v.style == paging.NextURL:
		next.URL = []string{"next"}
	case v.style == paging.LastID:
		next.LastID = []string{"id"}
	}
	switch v.more {
	case "flag":
		next.More = []string{"more"}
	case "done":
		next.Done = []string{"done"}
	case "total":
		next.Total = []string{"total"}
	}
	return next
}

func (s *Scenario) requestSettings(variant string) request.Settings {
	v := s.Vendor
	set := request.Settings{URL: endpoint, Query: map[string]string{"v": variant}}
	place := func(ok bool, name, value string) {
		if ok {
			set.Place = append(set.Place, request.Param{Name: name, Value: value})
		}
	}
	place(v.start, "from", "{start}")
	place(v.end, "to", "{end}")
	place(v.style != paging.None, sizeParam, "{page_size}")
	place(v.style == paging.Offset, "skip", "{offset}")
	place(v.style == paging.Page, "page", "{page}")
	place(v.style == paging.Cursor || v.style == paging.LastID, "after", "{cursor}")
	return set
}

func (s *Scenario) sourceSettings(variant string, format timefmt.Format, epoch time.Time) source.Settings {
	v, e := s.Vendor, s.Engine
	set := source.Settings{
		Interval: e.interval, ByTime: s.byTime(),
		Window: window.Settings{
			HasEnd: v.end, Size: e.size, Overlap: e.overlap, Delay: e.delay,
			Granule: format.Granularity(), ExclusiveStart: e.exclusiveStart, Floor: format.Floor,
		},
		Paging: s.pagingSettings(variant), Sized: v.style != paging.None, Descending: v.order == descending && v.mode != modeStream, Retention: v.retention,
		SweepEvery: e.sweepEvery, SweepDepth: e.sweepDepth, MaxResults: v.cap,
		MaxPages: e.maxPages, MaxEmpty: 50, Verify: true, MaxUncommitted: e.maxUncommitted, MaxUIDs: e.maxUIDs,
		Retry: source.Backoff{Initial: time.Second, Max: time.Minute, Multiplier: 2},
		Fingerprint: checkpoint.Fingerprint{
			Account: "account", Request: variant + strconv.Itoa(s.pageSize(variant)),
		},
	}
	switch {
	case e.startNow:
		set.Start.Now = true
	case e.startAt:
		set.Start.At = epoch.Add(-e.startBack)
	default:
		set.Start.Back = e.startBack
	}
	return set
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// Fetcher gets the pages of one source. Fetch is not called concurrently.
type Fetcher struct {
	settings Settings
	request  *request.Builder
	decoder  *page.Decoder
	builder  *record.Builder
	client   Client
	auth     Refresher
	envelope envelope
	// lastID, match and related are the indexes of further fields of a record, -1
	// = none.
	lastID, match, related int
	// listDecoder and lists belong to a source with two steps.
	listDecoder *page.Decoder
	lists       atomic.Pointer[listed]
}

// New compiles the settings. Its errors name the YAML key. auth may be nil.
func New(s Settings, client Client, auth Refresher) (*Fetcher, error) {
	f := &Fetcher{settings: s, client: client, auth: auth, lastID: -1, match: -1}
	var err error
	if f.request, err = request.New(s.Request); err != nil {
		return nil, err
	}
	if f.builder, err = record.NewBuilder(s.Record); err != nil {
		return nil, err
	}
	s.Page.Fields = s.Record.Fields()
	if len(s.MatchPaths) > 0 {
		f.match = len(s.Page.Fields)
		s.Page.Fields = append(s.Page.Fields, s.MatchPaths)
	}
	f.related = len(s.Page.Fields)
	s.Page.Fields = append(s.Page.Fields, s.Related.Fields...)
	f.envelope = newEnvelope(s.Next, s.Related)
	list := &s.Page
	if s.Expand.active() {
		list = &page.Settings{
			Records: s.Expand.Items, RecordsOptional: s.Expand.ItemsOptional, MaxDepth: s.Page.MaxDepth, MaxRecords: s.Page.MaxRecords,
			Fields: [][]string{{orThis(s.Expand.Value)}, {orThis(s.Expand.URL)}},
		}
	}
	if len(s.Next.LastID) > 0 {
		f.lastID = len(list.Fields)
		list.Fields = append(list.Fields, s.Next.LastID)
	}
	list.Envelope = f.envelope.paths
	if f.decoder, err = page.NewDecoder(s.Page); err != nil {
		return nil, err
	}
	f.listDecoder = f.decoder
	if s.Expand.active() {
		f.listDecoder, err = page.NewDecoder(*list)
	}
	return f, err
}

// orThis is a path, or the whole item.
func orThis(path string) string {
	if path == "" {
		return "@this"
	}
	return path
}

// Fetch gets one page. Its error is a *send.Error, or the context's. A page is
// validated whole before any of its records is used.
func (f *Fetcher) Fetch(ctx context.Context, ask Ask) (Result, error) {
	if f.settings.Expand.active() {
		return f.fetchExpanded(ctx, ask)
	}
	resp, err := f.exchange(ctx, ask)
	if err != nil {
		return Result{}, err
	}
	decoded, err := f.decode(f.decoder, resp)
	if err != nil {
		return Result{}, dataError(resp, err)
	}
	answer, err := f.answer(resp, decoded)
	if err != nil {
		return Result{}, dataError(resp, err)
	}
	res := f.collect(resp, decoded, ask)
	res.Next = f.settings.Paging.Next(ask.Position, answer)
	return res, nil
}

// exchange sends the request for a page.
func (f *Fetcher) exchange(ctx context.Context, ask Ask) (*send.Response, error) {
	return f.authorized(ctx, func() (*http.Request, error) {
		values, err := f.values(ask)
		if err != nil {
			return nil, err
		}
		return f.request.Build(ctx, values)
	})
}

// authorized sends a request, and once more when the vendor refused credentials
// that turn out to have changed meanwhile (F31).
func (f *Fetcher) authorized(ctx context.Context, build func() (*http.Request, error)) (*send.Response, error) {
	attempt := func() (*send.Response, error) {
		req, err := build()
		if err != nil {
			return nil, &send.Error{Class: send.ClassConfig, Err: err}
		}
		return f.client.Do(ctx, req)
	}
	resp, err := attempt()
	var refused *send.Error
	if f.auth == nil || !errors.As(err, &refused) || refused.Class != send.ClassAuth {
		return resp, err
	}
	changed, refreshErr := f.auth.Refresh(ctx)
	if refreshErr != nil {
		return nil, classified(ctx, send.ClassAuth, refreshErr)
	}
	if !changed {
		return nil, err
	}
	return attempt()
}

// classified gives err a class unless it has one or the context ended.
func classified(ctx context.Context, class send.Class, err error) error {
	var known *send.Error
	if ctx.Err() != nil || errors.As(err, &known) {
		return err
	}
	return &send.Error{Class: class, Err: err}
}

// values are what the templates get to know about the page.
func (f *Fetcher) values(ask Ask) (request.Values, error) {
	s, at := f.settings, ask.Position
	v := request.Values{Follow: !at.First(), PageSize: s.Paging.PageSize}
	if at.First() || !s.WindowOnce {
		if !ask.Window.From.IsZero() {
			v.Start = s.Start.Format(ask.Window.From)
		}
		if !ask.Window.To.IsZero() {
			v.End = s.End.Format(ask.Window.To)
		}
	}
	switch s.Paging.Type {
	case paging.Offset:
		v.Offset, v.HasOffset = s.OffsetStart+at.Offset, true
	case paging.Page:
		v.Page, v.HasPage = s.PageStart+at.Page, true
	case paging.LastID:
		v.Cursor, v.LastID = at.Cursor, at.Cursor
	default:
		v.Cursor = at.Cursor
	}
	if at.URL == "" {
		return v, nil
	}
	u, err := url.Parse(at.URL)
	if err != nil {
		return v, errors.New("the saved next URL can't be read")
	}
	v.URL = u
	return v, nil
}

// decode reads the body; an answer that by its status has none is an empty page.
func (f *Fetcher) decode(decoder *page.Decoder, resp *send.Response) (page.Page, error) {
	switch resp.Status {
	case http.StatusNoContent, http.StatusResetContent, http.StatusNotModified:
		return page.Page{Envelope: make([]page.Value, len(f.envelope.paths)), ValidUTF8: true}, nil
	}
	p, err := decoder.Decode(resp.Body)
	if err != nil {
		return p, fmt.Errorf("answer with status %d can't be used: %w", resp.Status, err)
	}
	return p, nil
}

// span widens the result's event times by those of a record.
func (r *Result) span(rec *record.Record) {
	if rec.Time.IsZero() || rec.Flags&record.TimeFuture != 0 {
		return
	}
	if r.Newest.IsZero() || rec.Time.After(r.Newest) {
		r.Newest = rec.Time
	}
	if r.Oldest.IsZero() || rec.Time.Before(r.Oldest) {
		r.Oldest = rec.Time
	}
}

// wanted asks the filter.
func (f *Fetcher) wanted(raw page.Record, r *record.Record) bool {
	if f.settings.Filter == nil {
		return true
	}
	text := r.Raw
	if f.match >= 0 {
		text = raw.Fields[f.match].Text()
	}
	return f.settings.Filter.Keep(text)
}

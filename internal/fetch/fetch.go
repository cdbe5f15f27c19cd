// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// Fetcher gets the pages of one source. It is safe for concurrent use.
type Fetcher struct {
	settings Settings
	request  *request.Builder
	decoder  *page.Decoder
	records  *record.Builder
	client   Client
	auth     Refresher
	envelope envelope
	// lastID, match and related are the indexes of further fields of a record, -1
	// = none.
	lastID, match, related int
}

// New compiles the settings. Its errors name the YAML key. auth may be nil.
func New(s Settings, client Client, auth Refresher) (*Fetcher, error) {
	f := &Fetcher{settings: s, client: client, auth: auth, lastID: -1, match: -1}
	var err error
	if f.request, err = request.New(s.Request); err != nil {
		return nil, err
	}
	if f.records, err = record.NewBuilder(s.Record); err != nil {
		return nil, err
	}
	s.Page.Fields = s.Record.Fields()
	if len(s.Next.LastID) > 0 {
		f.lastID = len(s.Page.Fields)
		s.Page.Fields = append(s.Page.Fields, s.Next.LastID)
	}
	if len(s.MatchPaths) > 0 {
		f.match = len(s.Page.Fields)
		s.Page.Fields = append(s.Page.Fields, s.MatchPaths)
	}
	f.related = len(s.Page.Fields)
	s.Page.Fields = append(s.Page.Fields, s.Related.Fields...)
	f.envelope = newEnvelope(s.Next, s.Related)
	s.Page.Envelope = f.envelope.paths
	f.decoder, err = page.NewDecoder(s.Page)
	return f, err
}

// Fetch gets one page. Its error is a *send.Error, or the context's. A page is
// validated whole before any of its records is used.
func (f *Fetcher) Fetch(ctx context.Context, ask Ask) (Result, error) {
	resp, err := f.exchange(ctx, ask)
	if err != nil {
		return Result{}, err
	}
	decoded, err := f.decode(resp)
	if err != nil {
		return Result{}, &send.Error{Class: send.ClassData, Status: resp.Status, Err: err}
	}
	now := resp.Date
	if now.IsZero() {
		now = ask.Now
	}
	answer, err := f.answer(resp, decoded)
	if err != nil {
		return Result{}, &send.Error{Class: send.ClassData, Status: resp.Status, Err: err}
	}
	res := Result{
		Fetched: len(decoded.Records), Date: resp.Date, NotBefore: resp.NotBefore, Bytes: len(resp.Body),
		Next:      f.settings.Paging.Next(ask.Position, answer),
		Remaining: send.ParseLimits(resp.Header, now).Remaining,
	}
	records := f.records.Build(decoded, now)
	f.settings.Related.join(value(decoded, f.envelope.related), decoded.Records, records, f.related)
	f.collect(&res, decoded, records, ask)
	return res, nil
}

// exchange sends the request, and once more when the vendor refused credentials
// that turn out to have changed meanwhile (F31).
func (f *Fetcher) exchange(ctx context.Context, ask Ask) (*send.Response, error) {
	resp, err := f.attempt(ctx, ask)
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
	return f.attempt(ctx, ask)
}

func (f *Fetcher) attempt(ctx context.Context, ask Ask) (*send.Response, error) {
	values, err := f.values(ask)
	if err != nil {
		return nil, &send.Error{Class: send.ClassConfig, Err: err}
	}
	req, err := f.request.Build(ctx, values)
	if err != nil {
		return nil, &send.Error{Class: send.ClassConfig, Err: err}
	}
	return f.client.Do(ctx, req)
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
func (f *Fetcher) decode(resp *send.Response) (page.Page, error) {
	switch resp.Status {
	case http.StatusNoContent, http.StatusResetContent, http.StatusNotModified:
		return page.Page{Envelope: make([]page.Value, len(f.envelope.paths)), ValidUTF8: true}, nil
	}
	p, err := f.decoder.Decode(resp.Body)
	if err != nil {
		return p, fmt.Errorf("answer with status %d can't be used: %w", resp.Status, err)
	}
	return p, nil
}

// collect fills res with the records that are wanted.
func (f *Fetcher) collect(res *Result, p page.Page, records []record.Record, ask Ask) {
	kept := records[:0]
	for i := range records {
		r := &records[i]
		if !r.Time.IsZero() && r.Flags&record.TimeFuture == 0 {
			if res.Newest.IsZero() || r.Time.After(res.Newest) {
				res.Newest = r.Time
			}
			if res.Oldest.IsZero() || r.Time.Before(res.Oldest) {
				res.Oldest = r.Time
			}
		}
		if f.wanted(p.Records[i], r, ask) {
			kept = append(kept, *r)
		}
	}
	res.Records = kept
	res.Filtered = res.Fetched - len(kept)
}

func (f *Fetcher) wanted(raw page.Record, r *record.Record, ask Ask) bool {
	if !ask.Floor.IsZero() && !r.Time.IsZero() && r.Time.Before(ask.Floor) {
		return false
	}
	if f.settings.Filter == nil {
		return true
	}
	text := raw.Raw
	if f.match >= 0 {
		text = raw.Fields[f.match].Text()
	}
	return f.settings.Filter.Keep(text)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	// pages is the pager of the log, or of the list of a source with two steps;
	// details that of the records, which is the same one without a list.
	pages, details *pager
	// match and related are the indexes of further fields of a record, -1 = none.
	match, related int
	// listDecoder and lists belong to a source with two steps.
	listDecoder *page.Decoder
	lists       atomic.Pointer[listed]
	// begun are the lists of which this process has handed on a part.
	begun map[place]struct{}
	// width is how many further requests run at once; see widen.
	width int
	// weight is that of a record beside its text.
	weight int
}

// New compiles the settings. Its errors name the YAML key. auth may be nil.
func New(s Settings, client Client, auth Refresher) (*Fetcher, error) {
	f := &Fetcher{settings: s, client: client, auth: auth, match: -1, begun: map[place]struct{}{}, width: max(1, s.Expand.Parallel)}
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
	f.weight = recordWeight + valueWeight*len(s.Page.Fields)
	own := PagerSettings{Paging: s.Paging, Next: s.Next, OffsetStart: s.OffsetStart, PageStart: s.PageStart}
	f.pages = &pager{PagerSettings: own, envelope: newEnvelope(s.Next, s.Related), lastID: -1}
	if client != nil {
		f.pages.check, f.pages.secrets = client.CheckURL, client.Secrets
	}
	f.details = f.pages
	if s.Expand.active() {
		f.details = &pager{
			PagerSettings: s.Expand.Pager, envelope: newEnvelope(s.Expand.Pager.Next, s.Related), lastID: -1,
			check: f.pages.check, secrets: f.pages.secrets,
		}
		f.pages.envelope = newEnvelope(s.Next, RelatedSettings{})
		list := s.Expand.listPage(s.Page)
		if f.listDecoder, err = f.pages.decoder(list); err != nil {
			return nil, err
		}
	}
	if f.decoder, err = f.details.decoder(s.Page); err != nil {
		return nil, err
	}
	if !s.Expand.active() {
		f.listDecoder = f.decoder
	}
	return f, nil
}

// decoder makes the decoder of the pager's pages: of what the settings want, and
// of what says where the next page is.
func (p *pager) decoder(s page.Settings) (*page.Decoder, error) {
	if len(p.Next.LastID) > 0 {
		p.lastID = len(s.Fields)
		s.Fields = append(s.Fields[:p.lastID:p.lastID], p.Next.LastID)
	}
	s.Envelope = p.envelope.paths
	return page.NewDecoder(s)
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
	return f.records(f.decoder, resp, ask, ask.Position, f.try(ctx, ask))
}

// exchange sends the request for a page.
func (f *Fetcher) exchange(ctx context.Context, ask Ask) (*send.Response, error) {
	return f.authorized(ctx, func() (*http.Request, error) { return f.build(ctx, ask) })
}

func (f *Fetcher) build(ctx context.Context, ask Ask) (*http.Request, error) {
	values, err := f.values(ask)
	if err != nil {
		return nil, err
	}
	return f.request.Build(ctx, values)
}

// try tells whether a page after ask's can be asked for.
func (f *Fetcher) try(ctx context.Context, ask Ask) func(paging.Position) error {
	return func(at paging.Position) error {
		ask.Position = at
		_, err := f.build(ctx, ask)
		return err
	}
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
	var v request.Values
	if ask.Position.First() || !f.settings.WindowOnce {
		v = f.window(ask)
	}
	return v, f.pages.sized(ask.PageSize).position(&v, ask.Position)
}

// window has the bounds of the window.
func (f *Fetcher) window(ask Ask) (v request.Values) {
	if !ask.Window.From.IsZero() {
		v.Start = f.settings.Start.Format(ask.Window.From)
	}
	if !ask.Window.To.IsZero() {
		v.End = f.settings.End.Format(ask.Window.To)
	}
	return v
}

var errUnproven = errors.New("nothing says that the body is whole: it ends with its connection")

// decode reads the body; a 204 is an empty page. It may also be the last one of a
// walk: the vendors that answer so when there is nothing do it behind their last
// full page too, and a stream's poll gets it whenever nothing is new.
func (f *Fetcher) decode(decoder *page.Decoder, resp *send.Response) (page.Page, error) {
	if resp.Status == http.StatusNoContent {
		return page.Page{ValidUTF8: true}, nil
	}
	if resp.Unproven && !decoder.ProvesEnd() {
		return page.Page{}, &send.Error{
			Class: send.ClassRetry, Status: resp.Status, Err: errUnproven, Header: resp.Header,
			Hint: "lines and CSV must come with a Content-Length, in chunks, in gzip or over HTTP/2: look at the proxies on the way, and ask the vendor",
		}
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

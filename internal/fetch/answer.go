// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// envelope says which values of the whole body are wanted, and at which index
// the decoder gives them; -1 = not wanted.
type envelope struct {
	paths                                      [][]string
	cursor, url, more, done, total, totalPages int
	related                                    int
}

func newEnvelope(s NextSettings, related RelatedSettings) envelope {
	var e envelope
	add := func(paths []string) int {
		if len(paths) == 0 {
			return -1
		}
		e.paths = append(e.paths, paths)
		return len(e.paths) - 1
	}
	e.cursor, e.url = add(s.Cursor), add(s.URL)
	e.more, e.done = add(s.More), add(s.Done)
	e.total, e.totalPages = add(s.Total), add(s.TotalPages)
	e.related = add(related.Path)
	return e
}

// value is the value at index i of the envelope.
func value(p page.Page, i int) page.Value {
	if i < 0 || i >= len(p.Envelope) {
		return page.Value{}
	}
	return p.Envelope[i]
}

// answer collects what a response says about paging.
func (f *Fetcher) answer(resp *send.Response, p page.Page) (paging.Answer, error) {
	next := f.settings.Next
	a := paging.Answer{Records: len(p.Records), More: f.more(p), Cursor: value(p, f.envelope.cursor).Text()}
	if a.Cursor == "" && next.CursorHeader != "" {
		a.Cursor = resp.Header.Get(next.CursorHeader)
	}
	if f.lastID >= 0 && len(p.Records) > 0 {
		a.LastID = p.Records[len(p.Records)-1].Fields[f.lastID].Text()
	}
	a.Total = number(value(p, f.envelope.total))
	if f.settings.Paging.TotalIsPages {
		a.Total = number(value(p, f.envelope.totalPages))
	}
	ref := ""
	switch f.settings.Paging.Type {
	case paging.Link:
		ref = paging.FindLink(resp.Header.Values("Link"), next.LinkRel)
	case paging.NextURL:
		if ref = value(p, f.envelope.url).Text(); ref == "" && next.URLHeader != "" {
			ref = resp.Header.Get(next.URLHeader)
		}
	}
	if ref == "" {
		return a, nil
	}
	var err error
	if a.URL, err = paging.Resolve(resp.URL, ref); err != nil {
		return a, err
	}
	return a, f.mayFollow(a.URL)
}

// mayFollow refuses a page whose next URL must not be asked. It would become the
// position, in the checkpoint too, and no later answer could correct it.
func (f *Fetcher) mayFollow(next string) error {
	u, err := url.Parse(next)
	if err != nil {
		return errors.New("the next URL can't be read")
	}
	return f.client.CheckURL(u)
}

func (f *Fetcher) more(p page.Page) paging.More {
	flag, more := value(p, f.envelope.more), true
	if !flag.Exists() {
		flag, more = value(p, f.envelope.done), false
	}
	switch {
	case !flag.Exists():
		return paging.MoreUnknown
	case flag.Truthy() == more:
		return paging.MoreYes
	default:
		return paging.MoreNo
	}
}

// number reads a count; what is none counts as not known.
func number(v page.Value) int64 {
	n, err := strconv.ParseInt(v.Text(), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

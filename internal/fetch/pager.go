// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// PagerSettings is how one kind of request pages: that for the log or the list,
// and that for an item.
type PagerSettings struct {
	Paging paging.Settings
	Next   NextSettings
	// OffsetStart and PageStart are the numbers of the first offset and page.
	OffsetStart, PageStart int64
}

// pager knows how to ask for a page and where it says what follows.
type pager struct {
	PagerSettings
	envelope envelope
	// lastID is the index of that field of a record; -1 = none.
	lastID int
	// resized says that pages are smaller than the configured size.
	resized bool
	// check refuses a URL that must not be asked.
	check func(*url.URL) error
	// secrets are the texts that must not be kept.
	secrets func() []string
}

// sized is the pager that asks for pages of another size; zero = its own.
func (p *pager) sized(size int64) *pager {
	if size == 0 {
		return p
	}
	other := *p
	other.Paging.PageSize, other.resized = size, true
	return &other
}

// position fills in what the templates get to know about the page.
func (p *pager) position(v *request.Values, at paging.Position) error {
	v.Follow, v.PageSize = !at.First(), p.Paging.PageSize
	switch p.Paging.Type {
	case paging.Offset:
		v.Offset, v.HasOffset = p.OffsetStart+at.Offset, true
	case paging.Page:
		v.Page, v.HasPage = p.PageStart+at.Page, true
	case paging.LastID:
		v.Cursor, v.LastID = at.Cursor, at.Cursor
	default:
		v.Cursor = at.Cursor
	}
	if at.URL == "" {
		return nil
	}
	u, err := url.Parse(at.URL)
	if err != nil {
		return errors.New("the saved next URL can't be read")
	}
	if p.resized {
		p.Paging.Resize(u, p.Paging.PageSize)
	}
	v.URL = u
	return nil
}

// maxToken bounds what a vendor may make us keep as a position. A URL is bounded
// by paging.Resolve.
const maxToken = 64 << 10

// next decides what follows the page at that position. A page that leads to one
// that can't be asked for is refused, as in mayFollow: try writes its request.
func (p *pager) next(at paging.Position, resp *send.Response, decoded page.Page, try func(paging.Position) error) (paging.Next, error) {
	a, err := p.answer(resp, decoded)
	if err != nil {
		return paging.Next{}, err
	}
	next := p.Paging.Next(at, a)
	asked := !next.End || p.Paging.Persistent
	if !asked || next.Position == at || !next.Position.Opaque() {
		return next, nil
	}
	if len(next.Position.Cursor) > maxToken {
		return next, fmt.Errorf("the vendor's cursor has %d bytes: it can't be kept", len(next.Position.Cursor))
	}
	if err := try(next.Position); err != nil {
		return next, fmt.Errorf("the vendor's next position can't be asked for: %w", err)
	}
	return next, nil
}

// answer collects what a response says about paging.
func (p *pager) answer(resp *send.Response, decoded page.Page) (paging.Answer, error) {
	next := p.Next
	a := paging.Answer{Records: decoded.Rows, More: p.more(decoded), Cursor: joined(value(decoded, p.envelope.cursor), next.CursorJoin)}
	if a.Cursor == "" && next.CursorHeader != "" {
		if a.Cursor = resp.Header.Get(next.CursorHeader); a.Cursor == "null" || a.Cursor == "[]" {
			a.Cursor = "" // JSON in a header (JumpCloud)
		}
	}
	if n := len(decoded.Records); p.lastID >= 0 && n > 0 {
		a.LastID = decoded.Records[n-1].Fields[p.lastID].Text()
	}
	a.Total = number(value(decoded, p.envelope.total))
	if p.Paging.TotalIsPages {
		a.Total = number(value(decoded, p.envelope.totalPages))
	}
	ref, err := p.nextRef(resp, decoded)
	if err != nil {
		return a, err
	}
	secrets := p.secrets()
	if err := send.CheckKept(a.Cursor+" "+a.LastID, secrets); err != nil || ref == "" {
		return a, err
	}
	if a.URL, err = paging.Resolve(resp.URL, ref); err != nil {
		return a, err
	}
	a.URL, err = p.mayFollow(a.URL, secrets)
	return a, err
}

// nextRef is the next URL as the vendor wrote it; "" when there is none.
func (p *pager) nextRef(resp *send.Response, decoded page.Page) (string, error) {
	switch p.Paging.Type {
	case paging.Link:
		return paging.FindLink(resp.Header.Values("Link"), p.Next.LinkRel)
	case paging.NextURL:
		ref := value(decoded, p.envelope.url).Text()
		if ref == "" && p.Next.URLHeader != "" {
			ref = resp.Header.Get(p.Next.URLHeader)
		}
		return ref, nil
	default:
		return "", nil
	}
}

// mayFollow refuses a page whose next URL must not be asked. It would become the
// position, in the checkpoint too, and no later answer could correct it. For the
// same reason secrets in it, which some vendors repeat, are left out.
func (p *pager) mayFollow(next string, secrets []string) (string, error) {
	u, err := url.Parse(next)
	if err != nil {
		return "", errors.New("the next URL can't be read")
	}
	if err := p.check(u); err != nil {
		return "", err
	}
	if stripped := send.StripSecrets(u, secrets); stripped.RawQuery != u.RawQuery {
		next = stripped.String()
	}
	return next, send.CheckKept(next+" "+u.Path, secrets)
}

func (p *pager) more(decoded page.Page) paging.More {
	flag, more := value(decoded, p.envelope.more), true
	if !flag.Exists() {
		flag, more = value(decoded, p.envelope.done), false
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

// joined is the text of a cursor. One that is a list of texts (Duo's
// next_offset) is put together, if the settings say by what.
func joined(v page.Value, separator string) string {
	var parts []any
	if v.Kind == page.Array && !v.Truthy() {
		return ""
	}
	if separator == "" || v.Kind != page.Array {
		return v.Text()
	}
	decoder := json.NewDecoder(strings.NewReader(v.Raw))
	decoder.UseNumber()
	if decoder.Decode(&parts) != nil {
		return v.Text() // was validated
	}
	texts := make([]string, len(parts))
	for i, part := range parts {
		switch part := part.(type) {
		case string:
			texts[i] = part
		case json.Number:
			texts[i] = part.String()
		default:
			return v.Text()
		}
	}
	return strings.Join(texts, separator)
}

// number reads a count; what is none counts as not known.
func number(v page.Value) int64 {
	n, err := strconv.ParseInt(v.Text(), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

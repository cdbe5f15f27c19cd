// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// maxDetailPages is how many pages of one item are read before the page is
// handed on.
const maxDetailPages = 100

// detail is what the further requests for an item, or a batch, have brought.
type detail struct {
	Result
	// rest is the position of the item's next page; "" when it has no more.
	rest string
	// over says that nothing is here, as it would be more than the share.
	over bool
	err  error
}

// expandOne gets the records of one batch of items, from a position in its pages
// on: all pages, or as many as are worth a page of the source, or have a share.
func (f *Fetcher) expandOne(ctx context.Context, ask Ask, base *url.URL, items []page.Record, at paging.Position, most share) detail {
	d := detail{Result: Result{Remaining: -1}}
	if len(items) == 1 {
		ask.item = f.settings.Expand.attributes(items[0])
	}
	visited := map[paging.Position]struct{}{at: {}}
	enough := f.settings.Expand.MaxBytes / max(1, f.settings.Expand.Parallel)
	left := most
	for n := range maxDetailPages {
		part, err := f.expandPage(ctx, ask, base, items, at, left)
		if left.exceeded(err) {
			if d.over = n == 0; d.over {
				return d
			}
			break
		}
		if err != nil {
			d.err = ofItem(err)
			return d
		}
		d.add(part)
		if part.Next.End && !part.Next.Loop {
			return d
		}
		at = part.Next.Position
		if _, seen := visited[at]; seen || part.Next.Loop {
			d.err = &send.Error{Class: send.ClassData, Err: errors.New("`expand`: the pages of an item go in circles")}
			return d
		}
		visited[at] = struct{}{}
		if d.Weight >= enough || !part.NotBefore.IsZero() {
			break
		}
		left = most.after(&d.Result)
	}
	text, err := json.Marshal(at)
	d.rest, d.err = string(text), err
	return d
}

// ofItem takes from an error of an item that less could be asked for: that would
// be a shorter list, with the same items.
func ofItem(err error) error {
	var failure *send.Error
	if errors.As(err, &failure) && failure.TooLarge {
		failure.TooLarge, failure.Hint = false, "raise `limits::max_page_bytes` or `limits::max_records`: the answer for an item can't be asked for in parts"
	}
	return err
}

// childPosition reads a position in the pages of an item.
func (f *Fetcher) childPosition(text string) (at paging.Position) {
	if text == "" || json.Unmarshal([]byte(text), &at) != nil {
		return paging.Position{}
	}
	return at
}

// expandPage gets one page of a batch of items.
func (f *Fetcher) expandPage(ctx context.Context, ask Ask, base *url.URL, items []page.Record, at paging.Position, most share) (Result, error) {
	if most.spent() {
		return Result{}, &send.Error{Class: send.ClassData, TooLarge: true, Err: page.ErrTooLarge}
	}
	ctx = most.context(ctx)
	req, err := f.itemRequest(ctx, ask, base, items, at)
	if errors.Is(err, errNoPlace) {
		return lost(items), nil
	}
	if err != nil {
		return Result{}, &send.Error{Class: send.ClassData, Err: fmt.Errorf("`expand`: %w", err)}
	}
	resp, err := f.authorized(ctx, func() (*http.Request, error) { return req.Clone(ctx), nil })
	var failure *send.Error
	if errors.As(err, &failure) && (failure.Status == http.StatusNotFound || failure.Status == http.StatusGone) {
		return lost(items), nil
	}
	if err != nil {
		return Result{}, fmt.Errorf("`expand`: %w", err)
	}
	return f.records(most.decoder(f.decoder), resp, ask, at, func(next paging.Position) error {
		_, err := f.itemRequest(ctx, ask, base, items, next)
		return err
	})
}

// lost is the outcome for items that no retry brings back.
func lost(items []page.Record) Result {
	r := Result{Remaining: -1, Next: paging.Next{End: true}}
	for _, item := range items {
		r.Lost = append(r.Lost, item.Raw)
	}
	return r
}

// errNoPlace is an item whose value can't stand where the request has it.
var errNoPlace = errors.New("an item's value has braces, which can't stand in a host")

// itemRequest writes the further request for a page of a batch of items.
func (f *Fetcher) itemRequest(ctx context.Context, ask Ask, base *url.URL, items []page.Record, at paging.Position) (*http.Request, error) {
	s := f.settings.Expand
	settings := s.Request
	values, err := s.values(items)
	if err != nil {
		return nil, err
	}
	v := f.window(ask)
	v.Texts = values.texts
	settings.Params = maps.Clone(values.params)
	maps.Copy(settings.Params, s.Request.Params)
	if err := f.details.position(&v, at); err != nil {
		return nil, err
	}
	if s.URL != "" && v.URL == nil {
		own, err := itemURL(base, items[0], s.URL)
		if err != nil {
			return nil, err
		}
		if len(settings.Place)+len(settings.Query) == 0 {
			v.URL = own // exactly as the vendor wrote it
		} else {
			settings.URL = literal(own.String())
		}
	}
	b, err := request.New(settings)
	if err != nil && values.braces && len(items) == 1 {
		return nil, errNoPlace
	}
	if err != nil {
		return nil, err
	}
	return b.Build(ctx, v)
}

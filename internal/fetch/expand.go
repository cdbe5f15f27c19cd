// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// ExpandSettings is a collection in two steps: the endpoint lists items, and a
// further request for each item, or for several together, gets the records
// (Microsoft 365 content blobs, Salesforce EventLogFile, CrowdStrike ids).
type ExpandSettings struct {
	// Items are the candidate paths of the list's array of items; none = the
	// source has one step.
	Items []string
	// ItemsOptional takes a missing array as an empty list.
	ItemsOptional bool
	// URL is the path of the URL inside an item; "" = Request.URL.
	URL string
	// Value is the path of what {params.item} stands for; "" = the item itself.
	Value string
	// Request is the further request. {params.item} is the item's value, and
	// {items} in its body a JSON array of the values of a batch.
	Request request.Settings
	// Batch is how many items go into one request. 0 = 1.
	Batch int
	// Parallel is how many requests run at once. 0 = 1. Their records keep the
	// items' order.
	Parallel int
	// MaxBytes is when enough has been read for one page.
	MaxBytes int
}

const (
	itemsPlaceholder = "{items}"
	itemParam        = "item"
)

// active tells whether the source has two steps.
func (s ExpandSettings) active() bool { return len(s.Items) > 0 }

// listed is a page of the list, kept while its items are expanded.
type listed struct {
	at     Ask
	items  []page.Record
	next   paging.Next
	head   Result // date, quota and size of the list's answer
	source *url.URL
}

// list gets the page of the list that ask's position lies on.
func (f *Fetcher) list(ctx context.Context, ask Ask) (*listed, error) {
	ask.Position.Item = 0
	if l := f.lists.Load(); l != nil && l.at.Position == ask.Position && l.at.Window == ask.Window {
		return l, nil
	}
	resp, err := f.exchange(ctx, ask)
	if err != nil {
		return nil, err
	}
	decoded, err := f.decode(f.listDecoder, resp)
	if err != nil {
		return nil, dataError(resp, err)
	}
	answer, err := f.answer(resp, decoded)
	if err != nil {
		return nil, dataError(resp, err)
	}
	l := &listed{at: ask, items: decoded.Records, next: f.settings.Paging.Next(ask.Position, answer), source: resp.URL}
	l.head = Result{Date: resp.Date, NotBefore: resp.NotBefore, Remaining: remaining(resp, ask), Bytes: len(resp.Body)}
	f.lists.Store(l)
	return l, nil
}

// fetchExpanded gets the records of the next items of the list: as many as make
// a page. The position counts the items that are done; after a restart, when the
// list is not known any more, its page is expanded from its start, as items may
// have moved.
func (f *Fetcher) fetchExpanded(ctx context.Context, ask Ask) (Result, error) {
	resumed := ask.Position.Item > 0 && f.lists.Load() == nil
	l, err := f.list(ctx, ask)
	if err != nil {
		return Result{}, err
	}
	res := l.head
	done := min(int(ask.Position.Item), len(l.items))
	if resumed {
		done = 0
	}
	for first := done; done < len(l.items) && (done == first || res.Bytes-l.head.Bytes < f.settings.Expand.MaxBytes); {
		n, err := f.expandSome(ctx, ask, l, done, &res)
		if err != nil {
			return Result{}, err
		}
		done += n
	}
	if done < len(l.items) {
		res.Next = paging.Next{Position: ask.Position}
		res.Next.Position.Item = int64(done)
		return res, nil
	}
	res.Next = l.next
	f.lists.Store(nil)
	return res, nil
}

// expandSome sends up to Parallel further requests at once and adds their
// records to res, in the items' order. It returns how many items are done.
func (f *Fetcher) expandSome(ctx context.Context, ask Ask, l *listed, from int, res *Result) (int, error) {
	s := f.settings.Expand
	batch := max(1, s.Batch)
	type part struct {
		result Result
		err    error
	}
	var parts []chan part
	n := 0
	for range max(1, s.Parallel) {
		items := l.items[from+n:]
		if len(items) == 0 {
			break
		}
		items = items[:min(batch, len(items))]
		n += len(items)
		out := make(chan part, 1)
		parts = append(parts, out)
		go func() {
			result, err := f.expandOne(ctx, ask, l.source, items)
			out <- part{result, err}
		}()
	}
	var failed error
	for _, out := range parts {
		p := <-out
		failed = errors.Join(failed, p.err)
		res.add(p.result)
	}
	return n, failed
}

// expandOne gets the records of one batch of items.
func (f *Fetcher) expandOne(ctx context.Context, ask Ask, base *url.URL, items []page.Record) (Result, error) {
	req, err := f.itemRequest(ctx, base, items)
	if err != nil {
		return Result{}, &send.Error{Class: send.ClassData, Err: fmt.Errorf("`expand`: %w", err)}
	}
	resp, err := f.authorized(ctx, func() (*http.Request, error) { return req.Clone(ctx), nil })
	var failure *send.Error
	if errors.As(err, &failure) && (failure.Status == http.StatusNotFound || failure.Status == http.StatusGone) {
		lost := Result{Remaining: -1} // no retry brings it back
		for _, item := range items {
			lost.Lost = append(lost.Lost, item.Raw)
		}
		return lost, nil
	}
	if err != nil {
		return Result{}, fmt.Errorf("`expand`: %w", err)
	}
	return f.records(resp, f.decoder, ask)
}

// itemRequest writes the further request for a batch of items.
func (f *Fetcher) itemRequest(ctx context.Context, base *url.URL, items []page.Record) (*http.Request, error) {
	s := f.settings.Expand
	settings := s.Request
	values, err := itemValues(items, s.URL != "" && s.Value == "")
	if err != nil {
		return nil, err
	}
	settings.Params = map[string]string{itemParam: values[0]}
	maps.Copy(settings.Params, s.Request.Params)
	settings.Body = strings.ReplaceAll(settings.Body, itemsPlaceholder, jsonArray(values))
	v := request.Values{}
	if s.URL != "" {
		ref := itemText(items[0], 1)
		if ref == "" {
			return nil, fmt.Errorf("an item has no URL at %q", s.URL)
		}
		absolute, err := paging.Resolve(base, ref)
		if err != nil {
			return nil, err
		}
		if v.URL, err = url.Parse(absolute); err != nil {
			return nil, errors.New("an item's URL can't be read")
		}
	}
	b, err := request.New(settings)
	if err != nil {
		return nil, err
	}
	return b.Build(ctx, v)
}

// itemValues are what {item} and {items} stand for; unused where an item only
// gives its URL.
func itemValues(items []page.Record, unused bool) ([]string, error) {
	values := make([]string, len(items))
	for i, item := range items {
		if unused {
			break
		}
		if values[i] = itemText(item, 0); strings.ContainsAny(values[i], "{}") {
			return nil, errors.New("an item's value holds braces: it is no id; set `item_path`")
		}
	}
	return values, nil
}

// itemText is the i-th picked value of an item.
func itemText(item page.Record, i int) string { return item.Fields[i].Text() }

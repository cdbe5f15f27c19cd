// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"net/url"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/window"
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
	// Values are the paths of what {params.item_0}, {params.item_1} ... stand for.
	Values []string
	// Attributes are values of an item that each of its records gets: for each of
	// them record.Record.Values has one more value.
	Attributes [][]string
	// Request is the further request. Besides what an item has it knows the
	// window's bounds; {params.item-list} is a JSON array of the values of a batch.
	Request request.Settings
	// Pager is that of the further requests.
	Pager PagerSettings
	// Batch is how many items go into one request. 0 = 1.
	Batch int
	// Parallel is how many requests run at once. 0 = 1. Their records keep the
	// items' order.
	Parallel int
	// MaxBytes is when enough has been read for one page.
	MaxBytes int
}

const (
	itemsParam = "item-list"
	itemParam  = "item"
)

// active tells whether the source has two steps.
func (s ExpandSettings) active() bool { return len(s.Items) > 0 }

// listPage is what the list's pages are decoded to.
func (s ExpandSettings) listPage(records page.Settings) page.Settings {
	list := page.Settings{
		Records: s.Items, RecordsOptional: s.ItemsOptional, MaxDepth: records.MaxDepth, MaxRecords: records.MaxRecords,
		Fields: [][]string{{orThis(s.Value)}, {orThis(s.URL)}},
	}
	for _, path := range s.Values {
		list.Fields = append(list.Fields, []string{path})
	}
	list.Fields = append(list.Fields, s.Attributes...)
	return list
}

// attributes are an item's values for its records.
func (s ExpandSettings) attributes(item page.Record) []page.Value {
	from := 2 + len(s.Values)
	return item.Fields[from : from+len(s.Attributes)]
}

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
	ask.Position.Item, ask.Position.Child = 0, ""
	if l := f.lists.Load(); l != nil && l.at.Position == ask.Position && l.at.Window == ask.Window {
		return l, nil
	}
	resp, err := f.exchange(ctx, ask)
	if err != nil {
		return nil, err
	}
	defer resp.Done() // it stays for many pages
	decoded, err := f.decode(f.listDecoder, resp)
	if err != nil {
		return nil, dataError(resp, err)
	}
	next, err := f.pages.sized(ask.PageSize).next(ask.Position, resp, decoded, f.try(ctx, ask))
	if err != nil {
		return nil, dataError(resp, err)
	}
	l := &listed{at: ask, items: decoded.Records, next: next, source: resp.URL}
	l.head = Result{Date: resp.Date, NotBefore: resp.NotBefore, Remaining: remaining(resp, ask), Bytes: len(resp.Body)}
	f.lists.Store(l)
	return l, nil
}

// place is where a page of a list is.
type place struct {
	window   window.Window
	position paging.Position
}

func placeOf(ask Ask) place {
	ask.Position.Item, ask.Position.Child = 0, ""
	return place{ask.Window, ask.Position}
}

// maxBegun is more than the polls and a sweep need.
const maxBegun = 8

// begin remembers that this process has handed on a part of a list. A position
// inside of any other is that of a list which an earlier process had.
func (f *Fetcher) begin(at place) {
	if len(f.begun) >= maxBegun {
		clear(f.begun) // left over from walks that were given up
	}
	f.begun[at] = struct{}{}
}

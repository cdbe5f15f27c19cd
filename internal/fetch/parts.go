// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// fetchExpanded gets the records of the next items of the list: as many as make
// a page. The position counts the items that are done, and says where in the
// pages of the next one to go on; after a restart the list is expanded from its
// start, as items may have moved.
func (f *Fetcher) fetchExpanded(ctx context.Context, ask Ask) (Result, error) {
	l, err := f.list(ctx, ask)
	if err != nil {
		return Result{}, err
	}
	at := ask.Position
	if _, known := f.begun[placeOf(ask)]; !known {
		at.Item, at.Child = 0, ""
	}
	at.Item = min(at.Item, int64(len(l.items)))
	e := expansion{f: f, ask: ask, list: l, at: at, res: Result{Remaining: -1}}
	for !e.full && e.at.Item < int64(len(l.items)) {
		if err := e.round(ctx); err != nil {
			e.res.Done()
			return Result{}, err
		}
	}
	res := l.head
	res.add(e.res)
	if e.at.Item < int64(len(l.items)) {
		f.begin(placeOf(ask))
		res.Next = paging.Next{Position: e.at}
		return res, nil
	}
	delete(f.begun, placeOf(ask))
	res.Next, res.Rows = l.next, len(l.items)
	f.lists.Store(nil)
	return res, nil
}

// expansion makes one page of the items of a list.
type expansion struct {
	f    *Fetcher
	ask  Ask
	list *listed
	at   paging.Position // where to go on
	res  Result          // what has come
	some bool            // some item is in res
	full bool            // what follows is for the next page
}

// part is a batch of items that is asked for.
type part struct {
	items []page.Record
	from  paging.Position // in the pages of the item
	most  share
	out   chan detail
}

// turn is what an item may bring when everything before it is done.
func (e *expansion) turn() share {
	whole := e.f.settings.Expand.page(e.f.settings.Page.MaxRecords)
	if !e.some {
		return whole
	}
	return whole.after(&e.res)
}

// round asks for the next items at once, and takes what they bring in their
// order. What follows an item with more pages is left for the next page, and so
// is what would make this page too large: nothing of it was taken.
func (e *expansion) round(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts, before := e.ahead(ctx), e.res.Weight
	var most share // of what has come
	over, heaviest := false, 0
	for i, p := range parts {
		d := <-p.out
		over = over || d.over && i > 0
		// Alone it may be as heavy as any before it, and more than is left.
		if d.over && i > 0 && e.res.Weight+heaviest < e.f.settings.Expand.MaxBytes {
			p.most = e.turn()
			d = e.expand(ctx, p)
		}
		if d.err == nil && !d.over && e.turn().fits(&d.Result) {
			e.take(p, d)
			heaviest = max(heaviest, d.Weight)
			most.bytes, most.records = max(most.bytes, d.read), max(most.records, d.Fetched)
		} else {
			d.Done()
			e.full = true
		}
		if e.full {
			cancel() // the rest is asked for again
			drain(parts[i+1:])
			e.f.narrow(over)
			return d.err
		}
	}
	e.f.narrow(over)
	e.f.widen(most)
	// The next round may bring as much as this one.
	e.full = e.res.Weight+(e.res.Weight-before) >= e.f.settings.Expand.MaxBytes
	return nil
}

// expand gets what belongs to a part.
func (e *expansion) expand(ctx context.Context, p part) detail {
	return e.f.expandOne(ctx, e.ask, e.list.source, p.items, p.from, p.most)
}

// ahead sends the requests of a round.
func (e *expansion) ahead(ctx context.Context) []part {
	s := e.f.settings.Expand
	var parts []part
	from, most := e.f.childPosition(e.at.Child), e.turn()
	for rest := e.list.items[e.at.Item:]; len(rest) > 0 && len(parts) < e.f.width; {
		p := part{items: rest[:min(max(1, s.Batch), len(rest))], from: from, most: most, out: make(chan detail, 1)}
		go func() { p.out <- e.expand(ctx, p) }()
		parts, rest = append(parts, p), rest[len(p.items):]
		from, most = paging.Position{}, e.f.ahead(e.f.width)
	}
	return parts
}

// take adds what came for the next items.
func (e *expansion) take(p part, d detail) {
	e.some = true
	e.res.add(d.Result)
	if e.at.Child = d.rest; d.rest != "" {
		e.full = true
		return
	}
	e.at.Item += int64(len(p.items))
}

// drain waits for requests whose answers are not wanted any more.
func drain(parts []part) {
	for _, p := range parts {
		d := <-p.out
		d.Done()
	}
}

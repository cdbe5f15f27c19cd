// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"encoding/json"
	"errors"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// records decodes an answer's records, and what follows the page at that
// position. try tells whether a page can be asked for.
func (f *Fetcher) records(decoder *page.Decoder, resp *send.Response, ask Ask, at paging.Position, try func(paging.Position) error) (Result, error) {
	decoded, err := f.decode(decoder, resp)
	if err != nil {
		resp.Done()
		return Result{}, dataError(resp, err)
	}
	pager := f.details
	if !f.settings.Expand.active() {
		pager = pager.sized(ask.PageSize)
	}
	next, err := pager.next(at, resp, decoded, try)
	if err != nil {
		resp.Done()
		return Result{}, dataError(resp, err)
	}
	res := f.collect(resp, decoded, ask)
	res.Next, res.release = next, resp.Release
	return res, nil
}

// collect makes a Result of a decoded page: its records, the filter applied.
func (f *Fetcher) collect(resp *send.Response, p page.Page, ask Ask) Result {
	now := resp.Date
	if ask.Now.After(now) {
		now = ask.Now // the machine that has answered may be behind
	}
	records := f.builder.Build(p, now)
	belong(records, ask.item)
	f.settings.Related.join(value(p, f.details.envelope.related), p.Records, records, f.related)
	res := Result{
		Fetched: len(p.Records), Rows: p.Rows, Date: resp.Date, NotBefore: resp.NotBefore,
		Bytes: len(resp.Body), Remaining: remaining(resp, ask), read: len(resp.Body),
	}
	texts := 0
	kept := records[:0]
	for i := range records {
		r := &records[i]
		res.span(r)
		texts += len(r.Raw)
		switch {
		case !ask.Floor.IsZero() && !r.Time.IsZero() && r.Time.Before(ask.Floor):
			res.Old = append(res.Old, *r)
		case f.wanted(p.Records[i], r):
			kept = append(kept, *r)
		}
	}
	res.Records = kept
	res.Filtered = res.Fetched - len(kept)
	res.Weight = max(texts, len(resp.Body)) + f.weight*res.Fetched
	return res
}

// add appends a part that was got by a further request.
func (r *Result) add(part Result) {
	if len(r.Records) == 0 {
		r.Records = part.Records
	} else {
		r.Records = append(r.Records, part.Records...)
	}
	r.Old = append(r.Old, part.Old...)
	r.Lost = append(r.Lost, part.Lost...)
	r.Fetched += part.Fetched
	r.Filtered += part.Filtered
	r.Bytes += part.Bytes
	r.read += part.read
	r.Weight += part.Weight
	r.release = both(r.release, part.release)
	if part.Newest.After(r.Newest) {
		r.Newest = part.Newest
	}
	if r.Oldest.IsZero() || (!part.Oldest.IsZero() && part.Oldest.Before(r.Oldest)) {
		r.Oldest = part.Oldest
	}
	if part.NotBefore.After(r.NotBefore) {
		r.NotBefore = part.NotBefore
	}
	if part.Remaining >= 0 {
		r.Remaining = part.Remaining
	}
}

// both calls two functions, of which either may be none.
func both(a, b func()) func() {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func() {
		a()
		b()
	}
}

func remaining(resp *send.Response, ask Ask) int64 {
	now := resp.Date
	if now.IsZero() {
		now = ask.Now
	}
	return send.ParseLimits(resp.Header, now).Remaining
}

func dataError(resp *send.Response, err error) error {
	var known *send.Error
	if errors.As(err, &known) {
		return err
	}
	return &send.Error{
		Class: send.ClassData, Status: resp.Status, Err: err, Hint: hint(err),
		TooLarge: errors.Is(err, page.ErrTooLarge) || errors.Is(err, page.ErrTooMany),
	}
}

// hint is what a user can do about a page that can't be decoded.
func hint(err error) string {
	switch {
	case errors.Is(err, page.ErrTooLarge):
		return send.HintTooLarge
	case errors.Is(err, page.ErrTooMany):
		return "set a smaller `pagination::page_size` or `time_filter::window`, or raise `limits::max_records`; where it can, the source asks for less by itself meanwhile"
	case errors.Is(err, page.ErrDepth):
		return "raise `limits::max_depth` if the vendor's records nest so deep"
	case errors.Is(err, page.ErrNoRecords), errors.Is(err, page.ErrNotArray):
		return "check `response::records` and `response::format`, or say by `response::error_when` what this answer means"
	default:
		return ""
	}
}

// jsonArray writes texts as a JSON array.
func jsonArray(values []string) string {
	text, _ := json.Marshal(values) //nolint:errchkjson // texts always marshal
	return string(text)
}

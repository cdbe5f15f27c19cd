// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// validatePagination checks that the type of pagination has what it needs, and
// nothing that it would pass over in silence.
func (c *Config) validatePagination() []error {
	p := c.Pagination
	if !p.Type.Valid() {
		return []error{fmt.Errorf("`pagination::type` is %q: write one of %v", p.Type, paging.Types())}
	}
	errs := slices.Concat(c.paginationNeeds(), p.foreignKeys(), p.bounds())
	if len(p.HasMorePath) > 0 && len(p.DonePath) > 0 {
		errs = append(errs, errors.New("`pagination::has_more_path` and `pagination::done_path` are set: keep one of them"))
	}
	if p.Persistent && p.Type == paging.None {
		errs = append(errs, errors.New("`pagination::persistent` needs a position to keep: set `pagination::type`, or take it out"))
	}
	if p.Persistent && p.Type == paging.Page && p.PageSize == 0 {
		errs = append(errs, errors.New("`pagination::persistent` with type page needs `pagination::page_size`, to know when a page is full"))
	}
	if p.StopOnShortPage && p.PageSize == 0 {
		errs = append(errs, errors.New("`pagination::stop_on_short_page` needs `pagination::page_size`"))
	}
	return errs
}

// paginationNeeds checks where the next position comes from and where it goes.
func (c *Config) paginationNeeds() []error {
	p := c.Pagination
	type need struct {
		ok   bool
		text string
	}
	needs := map[paging.Type][]need{
		paging.Offset: {{p.OffsetParam != "" || c.mentions("{offset}"), "`pagination::offset_param`, or {offset} somewhere in the request"}},
		paging.Page:   {{p.PageParam != "" || c.mentions("{page}"), "`pagination::page_param`, or {page} somewhere in the request"}},
		paging.Cursor: {
			{len(p.CursorPath) > 0 || p.CursorHeader != "", "`pagination::cursor_path` or `pagination::cursor_header`, to know where the next cursor is"},
			{p.CursorParam != "" || c.mentions("{cursor}"), "`pagination::cursor_param`, or {cursor} somewhere in the request"},
		},
		paging.NextURL: {{len(p.NextURLPath) > 0 || p.NextURLHeader != "", "`pagination::next_url_path` or `pagination::next_url_header`"}},
		paging.LastID: {
			{len(p.LastIDPath) > 0 || len(c.Response.ID) > 0, "`pagination::last_id_path` or `response::id`"},
			{p.CursorParam != "" || c.mentions("{last_id}") || c.mentions("{cursor}"), "`pagination::cursor_param`, or {last_id} somewhere in the request"},
		},
	}
	var errs []error
	for _, n := range needs[p.Type] {
		if !n.ok {
			errs = append(errs, fmt.Errorf("`pagination::type` %s needs %s", p.Type, n.text))
		}
	}
	return errs
}

// foreignKeys refuses keys that belong to another type: whoever wrote them
// expects something that would not happen.
func (p PaginationConfig) foreignKeys() []error {
	owners := []struct {
		key   string
		set   bool
		types []paging.Type
	}{
		{"offset_param", p.OffsetParam != "", []paging.Type{paging.Offset}},
		{"page_param", p.PageParam != "", []paging.Type{paging.Page}},
		{"cursor_param", p.CursorParam != "", []paging.Type{paging.Cursor, paging.LastID}},
		{"cursor_path", len(p.CursorPath) > 0, []paging.Type{paging.Cursor}},
		{"cursor_join", p.CursorJoin != "", []paging.Type{paging.Cursor}},
		{"cursor_header", p.CursorHeader != "", []paging.Type{paging.Cursor}},
		{"next_url_path", len(p.NextURLPath) > 0, []paging.Type{paging.NextURL}},
		{"next_url_header", p.NextURLHeader != "", []paging.Type{paging.NextURL}},
		{"last_id_path", len(p.LastIDPath) > 0, []paging.Type{paging.LastID}},
		{"total_path", len(p.TotalPath) > 0, []paging.Type{paging.Offset, paging.Page}},
		{"total_pages_path", len(p.TotalPagesPath) > 0, []paging.Type{paging.Page}},
	}
	var errs []error
	for _, o := range owners {
		if o.set && !slices.Contains(o.types, p.Type) {
			errs = append(errs, fmt.Errorf("`pagination::%s` has no meaning with `pagination::type` %s: it belongs to %v", o.key, p.Type, o.types))
		}
	}
	return errs
}

// bounds checks the numbers.
func (p PaginationConfig) bounds() []error {
	var errs []error
	for _, n := range []struct {
		key          string
		value, least int64
	}{
		{"page_size", p.PageSize, 0},
		{"offset_start", p.OffsetStart, 0},
		{"page_start", p.PageStart, 0},
		{"max_pages_per_poll", int64(p.MaxPagesPerPoll), 1},
		{"max_empty_pages", int64(p.MaxEmptyPages), 1},
	} {
		if n.value < n.least {
			errs = append(errs, fmt.Errorf("`pagination::%s` must be %d or more, not %d", n.key, n.least, n.value))
		}
	}
	return errs
}

// paths are all of them, by their keys below `pagination`.
func (p PaginationConfig) paths() map[string]Paths {
	return map[string]Paths{
		"cursor_path": p.CursorPath, "next_url_path": p.NextURLPath, "last_id_path": p.LastIDPath, "has_more_path": p.HasMorePath,
		"done_path": p.DonePath, "total_path": p.TotalPath, "total_pages_path": p.TotalPagesPath,
	}
}

// mentions tells whether a placeholder stands somewhere in the request.
func (c *Config) mentions(placeholder string) bool {
	texts := []string{c.ClientConfig.Endpoint, c.Request.Body}
	for _, m := range []map[string]Text{c.Request.Query, c.Request.Headers} {
		for _, v := range m {
			texts = append(texts, string(v))
		}
	}
	if n := c.Request.Next; n != nil {
		texts = append(texts, n.URL, n.Body)
		for _, v := range n.Query {
			texts = append(texts, string(v))
		}
	}
	for _, text := range texts {
		if strings.Contains(text, placeholder) {
			return true
		}
	}
	return false
}

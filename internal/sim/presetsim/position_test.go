// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// page finds the page that a request asks for, by the position that the page
// before it gave.
func (v *vendor) page(r request) int {
	p := v.cfg.Pagination
	switch p.Type {
	case paging.Offset:
		return v.pageAtOffset(int(r.number(v.paramOf(p.OffsetParam, "{offset}")) - p.OffsetStart))
	case paging.Page:
		return min(int(r.number(v.paramOf(p.PageParam, "{page}"))-p.PageStart), len(v.s.pages))
	}
	if v.follows(r, *v.s.empty) {
		return len(v.s.pages)
	}
	for i := len(v.s.pages) - 1; i >= 0; i-- {
		if v.follows(r, v.show(i)) || v.follows(r, v.s.pages[i]) {
			return i + 1
		}
	}
	return 0
}

// follows tells whether r asks for what follows the answer a.
func (v *vendor) follows(r request, a answer) bool {
	p := v.cfg.Pagination
	switch p.Type {
	case paging.Cursor:
		if p.CursorHeader != "" && r.mentions(a.header.Get(p.CursorHeader)) {
			return true
		}
		cursor := first(a.body, p.CursorPath)
		if list := gjson.Parse(cursor); p.CursorJoin != "" && list.IsArray() {
			var parts []string
			for _, part := range list.Array() {
				parts = append(parts, part.String())
			}
			cursor = strings.Join(parts, p.CursorJoin)
		}
		return r.mentions(cursor)
	case paging.Link:
		target, err := paging.FindLink(a.header.Values("Link"), p.LinkRel)
		return err == nil && v.leadsTo(r, target)
	case paging.NextURL:
		if p.NextURLHeader != "" && v.leadsTo(r, a.header.Get(p.NextURLHeader)) {
			return true
		}
		return v.leadsTo(r, first(a.body, p.NextURLPath))
	case paging.LastID:
		records := v.s.records(a.body, v.cfg)
		path := p.LastIDPath
		if len(path) == 0 {
			path = v.cfg.Response.ID
		}
		return len(records) > 0 && r.mentions(first(records[len(records)-1], path))
	default:
		return false
	}
}

func (v *vendor) leadsTo(r request, ref string) bool {
	if ref == "" {
		return false
	}
	link, err := paging.Resolve(r.URL, ref)
	return err == nil && r.leadsTo(link)
}

// pageAtOffset finds the page that starts at an offset.
func (v *vendor) pageAtOffset(offset int) int {
	for i := range v.s.pages {
		if offset <= 0 {
			return i
		}
		offset -= len(v.s.records(v.show(i).body, v.cfg))
	}
	return len(v.s.pages)
}

// paramOf is the name of the query parameter that holds a placeholder.
func (v *vendor) paramOf(name, placeholder string) string {
	for param, value := range v.cfg.Request.Query {
		if name == "" && string(value) == placeholder {
			name = param
		}
	}
	return name
}

// number is a number in the query or in the body.
func (r request) number(param string) int64 {
	if n, err := strconv.ParseInt(r.URL.Query().Get(param), 10, 64); err == nil {
		return n
	}
	return gjson.Get(r.body, param).Int()
}

// first is the text at the first path that leads to a value.
func first(body string, paths []string) string {
	for _, path := range paths {
		if value := gjson.Get(body, path); value.Exists() && value.Type != gjson.Null {
			return value.String()
		}
	}
	return ""
}

// records are the raw records of a page, or the items of a list.
func (s *scene) records(body string, cfg *restauditreceiver.Config) []string {
	if cfg.Expand != nil {
		return elements(array(body, cfg.Expand.Items))
	}
	return recordsOf(body, cfg)
}

// recordsOf are the raw records of an answer that has records.
func recordsOf(body string, cfg *restauditreceiver.Config) []string {
	switch cfg.Response.Format {
	case "csv":
		return lines(body)[1:]
	case "ndjson":
		return lines(body)
	}
	return elements(array(body, cfg.Response.Records))
}

func elements(list gjson.Result) []string {
	var all []string
	for _, element := range list.Array() {
		all = append(all, element.Raw)
	}
	return all
}

// withRecords puts records, or items, in the place of a page's.
func (s *scene) withRecords(body string, records []string, cfg *restauditreceiver.Config) string {
	paths := []string(cfg.Response.Records)
	if cfg.Expand != nil {
		paths = cfg.Expand.Items
	} else if cfg.Response.Format == "csv" {
		return strings.Join(append(lines(body)[:1], records...), "\n") + "\n"
	} else if cfg.Response.Format == "ndjson" {
		return strings.Join(records, "\n") + "\n"
	}
	return strings.Replace(body, array(body, paths).Raw, "["+strings.Join(records, ",")+"]", 1)
}

// item is the answer to the further request of an item, nil if r is none.
func (v *vendor) item(r request) *answer {
	e := v.cfg.Expand
	if e == nil {
		return nil
	}
	n := 0
	for _, page := range v.s.pages {
		for _, item := range v.s.records(page.body, v.cfg) {
			wanted := e.URLPath != "" && v.leadsTo(r, gjson.Get(item, e.URLPath).String()) ||
				e.ItemPath != "" && r.mentions(gjson.Get(item, e.ItemPath).String())
			if wanted && n < len(v.s.items) {
				return &v.s.items[n]
			}
			n++
		}
	}
	return nil
}

func array(body string, paths []string) gjson.Result {
	for _, path := range paths {
		if path == "" || path == "@this" {
			return gjson.Parse(body)
		}
		if value := gjson.Get(body, path); value.IsArray() {
			return value
		}
	}
	if len(paths) == 0 {
		return gjson.Parse(body)
	}
	return gjson.Result{}
}

func lines(body string) []string { return strings.Split(strings.TrimRight(body, "\n"), "\n") }

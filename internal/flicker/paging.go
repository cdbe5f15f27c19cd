// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// paging converts the pagination of a vendor that is not known.
func (c *converter) paging(r section, s *source, at string) error {
	p := s.Pagination
	if p == nil {
		return nil
	}
	at += ".pagination"
	out := newSection()
	out.node.Style = yaml.FlowStyle
	var comments []string
	var incomplete string
	switch p.Type {
	case "", "offset":
		incomplete = c.offset(out, p)
		if strings.Contains(s.ResultsField, ".") {
			comments = append(comments, c.warn(at, "Flicker looked for further pages in a field that is called `"+s.ResultsField+
				"`, with the dot, and so stopped after the first; here all pages are read"))
		}
		comments = append(comments, "Rows that come in while pages are read shift the others: a window of several pages is read again until nothing new comes. "+
			"An end parameter (`time_filter::end_param`), if the vendor has one, keeps it still.")
	case "cursor":
		incomplete = c.cursor(out, p)
		if p.LimitParam == "" {
			comments = append(comments, "`limit_param` is not given, so `page_size` was never sent; add it if the vendor has one.")
		}
		comments = append(comments, "A cursor is followed to the end of each window, and not kept over polls, as Flicker did. "+
			"If the vendor's cursors lead on to new events for ever, add `persistent: true`.")
	case "page":
		incomplete = c.page(out, p)
		if p.NextPageField == "" && p.HasMoreField == "" {
			comments = append(comments, c.warn(at, "without `has_more_field` or `next_page_field` Flicker read only the first page; here pages are read until one is empty"))
		}
	default:
		return c.errorf(at+".pagination_type", "Flicker has no type %q: it has offset, cursor and page", p.Type)
	}
	if incomplete != "" {
		r.set("pagination", flow("type", "none"), c.warn(at, incomplete+" is missing: Flicker read only the first page, and so does this; look up how the vendor pages"))
		return nil
	}
	r.set("pagination", out, comments...)
	return nil
}

func (c *converter) offset(out section, p *pagination) (missing string) {
	if p.OffsetParam == "" {
		return "`offset_param`"
	}
	out.set("type", "offset")
	out.set("offset_param", text(p.OffsetParam))
	c.pageSize(out, p)
	return ""
}

func (c *converter) cursor(out section, p *pagination) (missing string) {
	if p.CursorParam == "" {
		return "`cursor_param`"
	}
	if p.NextCursorField == "" {
		return "`next_cursor_field`"
	}
	out.set("type", "cursor")
	out.set("cursor_param", text(p.CursorParam))
	out.set("cursor_path", fieldPath(p.NextCursorField))
	c.pageSize(out, p)
	return ""
}

func (c *converter) page(out section, p *pagination) (missing string) {
	if p.PageParam == "" {
		return "`page_param`"
	}
	out.set("type", "page")
	out.set("page_param", text(p.PageParam))
	if p.HasMoreField != "" {
		out.set("has_more_path", fieldPath(p.HasMoreField))
	}
	c.pageSize(out, p)
	return ""
}

// pageSize is sent only under a name.
func (c *converter) pageSize(out section, p *pagination) {
	if p.LimitParam == "" {
		return
	}
	out.set("limit_param", text(p.LimitParam))
	if p.PageSize <= 0 {
		p.PageSize = 100 // Flicker's default
	}
	out.set("page_size", p.PageSize)
}

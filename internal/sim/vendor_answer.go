// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// endpoint is where the vendor lives.
const endpoint = "https://vendor.example/v1/events"

// answer writes the page of list that begins at start.
func (v *vendor) answer(w http.ResponseWriter, a ask, list []*event, start int) {
	size := a.limit
	if v.mood.short && size > 1 {
		size = 1 + v.rand.IntN(size-1)
		v.cover["F12"]++
	}
	end := min(start+size, len(list))
	if v.mood.hollow && start < len(list) && v.canSayMore() {
		end = start
		v.mood.salted = v.opaque() && (!v.flagged() || v.rand.chance(.5))
		v.cover["F11"]++
	}
	page := list[start:end]
	for _, e := range page {
		v.shown = append(v.shown, shownEvent{e, e.text(a.now)})
	}
	v.notePage(list, start, end)
	next, more := v.next(a, list, start, end)
	v.write(w, a, next, more, len(list))
}

// opaque tells whether positions are the vendor's own tokens.
func (v *vendor) opaque() bool {
	switch v.plan.style {
	case paging.Cursor, paging.Link, paging.NextURL:
		return true
	default:
		return false
	}
}

// flagged tells whether answers have a flag that says that there is more.
func (v *vendor) flagged() bool { return v.plan.more == "flag" || v.plan.more == "done" }

// canSayMore tells whether answers say at all that there is more.
func (v *vendor) canSayMore() bool { return v.opaque() && !v.plan.numeric || v.flagged() }

// next says where the page after [start, end) begins: the cursor, "" for none,
// and whether there is more.
func (v *vendor) next(a ask, list []*event, start, end int) (cursor string, more bool) {
	more = end < len(list) || v.plan.lazyEnd && end-start == a.limit
	if v.mood.early && more && v.canSayMore() {
		v.cover["F12"]++
		more = false
	}
	before := a.after // what the page's own position says
	if !a.placed {
		before = -1
	}
	after := before
	if end > start {
		after = list[end-1].seq
	}
	switch {
	case !more:
	case v.mood.swing && v.before != nowhere:
		after = v.before
		v.cover["F11"]++
	case v.mood.loop:
		after = before
		v.cover["F11"]++
	case v.mood.twice && end-start > 1:
		after = list[end-2].seq
		v.cover["F17"]++
	}
	if !v.opaque() || !more && !v.keepsCursor(end-start, a.limit) {
		return "", more
	}
	if !more && v.plan.alwaysOn {
		v.cover["F18"]++
	}
	if v.plan.numeric && after < 0 {
		return "", more
	}
	return v.cursor(a, after), more
}

// keepsCursor tells whether the last page names a position to go on from.
func (v *vendor) keepsCursor(n, limit int) bool {
	if v.plan.mode != modeStream {
		return false
	}
	return v.plan.alwaysOn || v.flagged() || n == limit
}

// notePage counts what makes a page special.
func (v *vendor) notePage(list []*event, start, end int) {
	if end > start && end < len(list) {
		if list[end-1].at == list[end].at {
			v.cover["F02"]++
		}
		if v.plan.order != ascending {
			v.cover["F05"]++
		}
	}
	if v.plan.exclusive && v.plan.start {
		v.cover["F03"]++
	}
}

// write writes the page down.
func (v *vendor) write(w http.ResponseWriter, a ask, next string, more bool, total int) {
	h := w.Header()
	v.link(h, a, next)
	if len(v.shown) == 0 && next == "" && !more && v.plan.empty == "204" {
		v.cover["F24"]++
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if v.plan.ndjson {
		h.Set("Content-Type", "application/x-ndjson")
		for _, s := range v.shown {
			_, _ = w.Write([]byte(s.text + "\n"))
		}
		return
	}
	h.Set("Content-Type", "application/json")
	var b strings.Builder
	v.records(&b, next)
	if !v.plan.bareArray {
		v.envelope(&b, a, next, more, total)
	}
	_, _ = w.Write([]byte(b.String()))
}

func (v *vendor) records(b *strings.Builder, next string) {
	if !v.plan.bareArray {
		b.WriteString(`{"ok":true,"data":`)
	}
	if len(v.shown) == 0 && next == "" && v.plan.empty == "null" {
		v.cover["F24"]++
		b.WriteString("null")
		return
	}
	b.WriteString("[")
	for i, s := range v.shown {
		if i > 0 {
			b.WriteString(pick(v.rand, ",", ", ", ",\n "))
		}
		b.WriteString(s.text)
	}
	b.WriteString("]")
}

func (v *vendor) envelope(b *strings.Builder, a ask, next string, more bool, total int) {
	if v.plan.cursorIn == "body" && next != "" {
		switch {
		case v.plan.style == paging.NextURL:
			b.WriteString(`,"next":` + strconv.Quote(v.url(a, next)))
		case v.plan.style == paging.Cursor && v.plan.numeric:
			b.WriteString(`,"next":` + next)
			v.cover["F19"]++
		case v.plan.style == paging.Cursor:
			b.WriteString(`,"next":` + strconv.Quote(next))
		}
	}
	switch v.plan.more {
	case "flag":
		b.WriteString(`,"more":` + strconv.FormatBool(more))
	case "done":
		b.WriteString(`,"done":` + strconv.FormatBool(!more))
	case "total":
		b.WriteString(`,"total":` + strconv.Itoa(total))
	}
	b.WriteString("}")
}

// link makes a URL of the cursor where the vendor has URLs, and puts what
// belongs into a header there.
func (v *vendor) link(h http.Header, a ask, next string) {
	if next == "" {
		return
	}
	switch {
	case v.plan.style == paging.Link:
		h.Add("Link", `<https://vendor.example/docs>; rel="help"; title="a, b"`)
		h.Add("Link", "<"+v.url(a, next)+`>; rel="next"`)
	case v.plan.style == paging.Cursor && v.plan.cursorIn == "header":
		h.Set("X-Next", next)
	case v.plan.style == paging.NextURL && v.plan.cursorIn == "header":
		h.Set("X-Next-Url", v.url(a, next))
	}
}

// url is the address of the page that a cursor names.
func (v *vendor) url(a ask, next string) string {
	q := url.Values{"after": {next}, "limit": {strconv.Itoa(a.limit)}, "v": {a.variant}}
	for _, name := range []string{"from", "to"} {
		if text := a.query.Get(name); text != "" {
			q.Set(name, text)
		}
	}
	if v.mood.astray {
		v.cover["S1"]++
		return pick(v.rand, foreign...) + "?" + q.Encode()
	}
	if v.plan.relative {
		return "/v1/events?" + q.Encode()
	}
	return endpoint + "?" + q.Encode()
}

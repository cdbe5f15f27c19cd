// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import "github.com/restaudit/otelcol-audit/internal/page"

// envelope says which values of the whole body are wanted, and at which index
// the decoder gives them; -1 = not wanted.
type envelope struct {
	paths                                      [][]string
	cursor, url, more, done, total, totalPages int
	related                                    int
}

func newEnvelope(s NextSettings, related RelatedSettings) envelope {
	var e envelope
	add := func(paths []string) int {
		if len(paths) == 0 {
			return -1
		}
		e.paths = append(e.paths, paths)
		return len(e.paths) - 1
	}
	e.cursor, e.url = add(s.Cursor), add(s.URL)
	e.more, e.done = add(s.More), add(s.Done)
	e.total, e.totalPages = add(s.Total), add(s.TotalPages)
	e.related = add(related.Path)
	return e
}

// value is the value at index i of the envelope.
func value(p page.Page, i int) page.Value {
	if i < 0 || i >= len(p.Envelope) {
		return page.Value{}
	}
	return p.Envelope[i]
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import "strings"

// decodeLines reads a body with one JSON text per line.
func (d *Decoder) decodeLines(body string) (Page, error) {
	s := scanner{maxDepth: d.settings.MaxDepth, records: d.collector(body)}
	for start := bomSize(body); start < len(body); {
		end := len(body)
		if n := strings.IndexByte(body[start:], '\n'); n >= 0 {
			end = start + n
		}
		s.text = body[:end] // offsets stay those of the body
		i := skipSpace(s.text, start)
		if start = end + 1; i == end {
			continue
		}
		if i = s.records.add(&s, i, 0); i < 0 {
			return Page{}, s.err
		}
		if i = skipSpace(s.text, i); i < end {
			s.fail(ErrSyntax, i)
			return Page{}, s.err
		}
	}
	return Page{Records: s.records.out, Rows: s.records.vendor, Envelope: make([]Value, len(d.settings.Envelope))}, nil
}

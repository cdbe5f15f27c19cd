// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// maxColumns bounds the columns of a table.
	maxColumns = 4096
	// csvBlock is how much memory is taken at once for the rows written as objects.
	csvBlock = 64 << 10
)

// decodeCSV reads a table (RFC 4180) whose first row names the columns. Each
// further row becomes an object of strings, which is read like a line of NDJSON.
func (d *Decoder) decodeCSV(body string) (Page, error) {
	t := table{text: body, pos: bomSize(body), line: 1}
	switch start := skipSpace(body, t.pos); {
	case start == len(body):
		return Page{}, ErrEmptyBody
	case strings.IndexByte("<{[", body[start]) >= 0:
		// A login page or a JSON error would pass for a table without rows.
		return Page{}, fmt.Errorf("%w: it starts like HTML or JSON", ErrSyntax)
	}
	if _, err := t.next(maxColumns); err != nil {
		return Page{}, err
	}
	if err := d.checkColumns(t.cells); err != nil {
		return Page{}, err
	}
	w := rowWriter{keys: columnKeys(t.cells)}
	s := scanner{maxDepth: d.settings.MaxDepth, records: d.collector(body)}
	for {
		more, err := t.next(len(w.keys))
		if err != nil {
			return Page{}, err
		}
		if !more {
			return Page{Records: s.records.out, Rows: s.records.vendor, Envelope: make([]Value, len(d.settings.Envelope))}, nil
		}
		size := w.size(t.cells)
		if err := s.records.take(size); err != nil {
			return Page{}, err
		}
		s.text = w.write(t.cells, size)
		s.records.vendor++
		if s.records.addWhole(&s, 0, 0, t.pos) < 0 {
			return Page{}, s.err
		}
	}
}

// checkColumns refuses a table that has nothing of what is wanted: an error
// message in plain text, another separator or another encoding would pass for a
// table, mostly for one without rows.
func (d *Decoder) checkColumns(names []cell) error {
	if d.settings.RecordsOptional || d.record.root == nil || len(d.record.computed) > 0 {
		return nil
	}
	for _, name := range names {
		wanted := func(m member) bool { return m.key == name.value() }
		if slices.ContainsFunc(d.record.root.members, wanted) {
			return nil
		}
	}
	keys := make([]string, len(d.record.root.members))
	for i, m := range d.record.root.members {
		keys[i] = m.key
	}
	return fmt.Errorf("%w: the first row names no column of %s", ErrNoRecords, strings.Join(keys, ", "))
}

// columnKeys are the names as keys of an object, with their colons.
func columnKeys(names []cell) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = string(append(appendQuoted(nil, name.value()), ':'))
	}
	return keys
}

// rowWriter writes rows as objects, many into one block of memory.
type rowWriter struct {
	keys  []string
	block *strings.Builder
}

// size is an upper bound of the length of a row as an object without its empty cells.
func (w *rowWriter) size(cells []cell) int {
	size := len("{}")
	for i, c := range cells {
		if c.text != "" {
			size += len(w.keys[i]) + c.quotedSize() + len(",")
		}
	}
	return size
}

// write returns the object.
func (w *rowWriter) write(cells []cell, size int) string {
	if w.block == nil || w.block.Cap()-w.block.Len() < size {
		w.block = new(strings.Builder)
		w.block.Grow(max(size, csvBlock))
	}
	start := w.block.Len()
	open := byte('{')
	for i, c := range cells {
		if c.text == "" {
			continue
		}
		w.block.WriteByte(open)
		w.block.WriteString(w.keys[i])
		c.quote(w.block)
		open = ','
	}
	if open == '{' {
		w.block.WriteByte(open)
	}
	w.block.WriteByte('}')
	return w.block.String()[start:]
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// maxCSVGrowth bounds how many times longer than the body the rows written as
	// objects may get: each repeats the names of its columns.
	maxCSVGrowth = 32
	// maxColumns bounds the columns of a table.
	maxColumns = 4096
)

// decodeCSV reads a table (RFC 4180) whose first row names the columns. Each
// further row becomes an object of strings, and then goes the way of NDJSON.
func (d *Decoder) decodeCSV(body string) (Page, error) {
	text := body[bomSize(body):]
	switch start := skipSpace(text, 0); {
	case start == len(text):
		return Page{}, ErrEmptyBody
	case strings.IndexByte("<{[", text[start]) >= 0:
		// A login page or a JSON error would pass for a table without rows.
		return Page{}, fmt.Errorf("%w: it starts like HTML or JSON", ErrSyntax)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.ReuseRecord = true
	names, err := r.Read()
	if err != nil {
		return Page{}, csvError(err)
	}
	if len(names) > maxColumns {
		return Page{}, fmt.Errorf("%w: more than %d columns", ErrTooMany, maxColumns)
	}
	keys := make([][]byte, len(names))
	for i, name := range names {
		keys[i] = append(appendQuoted(nil, name), ':')
	}
	lines, err := appendRows(nil, keys, r, maxCSVGrowth*len(body))
	if err != nil {
		return Page{}, err
	}
	return d.decodeLines(string(lines))
}

// appendRows writes the rows as objects, one per line.
func appendRows(out []byte, keys [][]byte, r *csv.Reader, limit int) ([]byte, error) {
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, csvError(err)
		}
		out = append(out, '{')
		for i, cell := range cells {
			if cell == "" {
				continue
			}
			if out[len(out)-1] != '{' {
				out = append(out, ',')
			}
			out = appendQuoted(append(out, keys[i]...), cell)
		}
		out = append(out, '}', '\n')
		if len(out) > limit {
			return nil, fmt.Errorf("%w: the rows grow beyond %d bytes", ErrTooMany, limit)
		}
	}
}

// csvError tells where a table is broken, without its text.
func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%w: CSV line %d: %w", ErrSyntax, parse.Line, parse.Err)
	}
	return fmt.Errorf("%w: %w", ErrSyntax, err)
}

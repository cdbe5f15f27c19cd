// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import "fmt"

// maxRows bounds how many rows of values are allocated ahead.
const maxRows = 4096

// collector gathers the records of a page.
type collector struct {
	program *program
	split   *node // finds the array inside a record to split it by; nil if there is none
	max     int   // of records, 0 = no limit
	total   int   // bytes of the body
	maxOwn  int   // bytes of texts that are no slices of the body, 0 = no limit
	own     int   // how many there are
	vendor  int   // records as the vendor counts them, before any is split
	out     []Record
	picks   picks
	missing []Value // the row of all records without any value
	row     []Value // the row in use; kept as long as nothing is picked into it
	rows    []Value // rows not yet used
}

// add walks over one value of the page and keeps the record that it is, or the
// records that it splits into.
func (c *collector) add(s *scanner, i, depth int) int {
	c.vendor++
	if c.split != nil {
		return c.addSplit(s, i, depth)
	}
	return c.addWhole(s, i, depth, i)
}

// addWhole walks over one record and keeps it; at is its place in the page.
func (c *collector) addWhole(s *scanner, i, depth, at int) int {
	if c.max > 0 && len(c.out) == c.max {
		s.err = fmt.Errorf("%w: more than %d", ErrTooMany, c.max)
		return -1
	}
	c.reserve(at)
	c.picks.reset(c.row)
	start := i
	if i = s.value(i, c.program.root, depth, &c.picks); i < 0 {
		return -1
	}
	raw := s.text[start:i]
	c.program.compute(raw, &c.picks)
	c.keep(raw)
	return i
}

// keep appends the record whose values have just been picked.
func (c *collector) keep(raw string) {
	if !c.picks.any {
		if c.missing == nil {
			c.missing = make([]Value, c.program.fields)
		}
		c.out = append(c.out, Record{Raw: raw, Fields: c.missing})
		return
	}
	c.out = append(c.out, Record{Raw: raw, Fields: c.row})
	c.row = nil
}

// reserve provides the next row and room for the records. Rows are allocated in
// blocks, sized by the length of the records so far, so that a page takes a
// handful of allocations; what one allocates ahead is bounded.
func (c *collector) reserve(i int) {
	ahead := 1
	if n := len(c.out); n > 0 && (n == 1 || len(c.rows) == 0) {
		ahead = (c.total-i)/(i/n+1) + 1
		ahead = min(ahead+ahead/16, maxRows)
	}
	if len(c.out) == 1 {
		c.out = append(make([]Record, 0, 1+ahead), c.out...)
	}
	if width := c.program.fields; c.row == nil && width > 0 {
		if len(c.rows) == 0 {
			c.rows = make([]Value, ahead*width)
		}
		c.row, c.rows = c.rows[:width:width], c.rows[width:]
	}
}

// take asks for memory for a text that is no slice of the body.
func (c *collector) take(size int) error {
	if c.own += size; c.maxOwn > 0 && c.own > c.maxOwn {
		return fmt.Errorf("%w: its records as JSON have more than %d bytes", ErrTooLarge, c.maxOwn)
	}
	return nil
}

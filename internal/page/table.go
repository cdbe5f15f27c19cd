// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"fmt"
	"strings"
)

// What can be wrong with a table.
var (
	errFieldCount = errors.New("wrong number of fields")
	errBareQuote  = errors.New("quote in a field without quotes")
	errQuote      = errors.New("missing quote, or text behind one")
)

// table reads rows of comma-separated values (RFC 4180) without copying them:
// one cell may be as long as the body. Blank lines don't count; line ends are LF
// or CR LF, and the last row needs none. What stands in quotes is left as it is.
type table struct {
	text  string
	pos   int
	line  int    // where pos is
	cells []cell // of the row read last
}

// cell is the text of a cell without its quotes.
type cell struct {
	text    string
	doubled bool // each quote in it stands there twice
}

// value is what the cell means.
func (c cell) value() string {
	if c.doubled {
		return strings.ReplaceAll(c.text, `""`, `"`)
	}
	return c.text
}

// quotedSize is an upper bound of how long the cell is as a JSON string.
func (c cell) quotedSize() int {
	size := len(c.text) + len(`""`)
	for i := plain(c.text, 0); i < len(c.text); i = plain(c.text, i+1) {
		size += len(`\u0000`) - 1
	}
	return size
}

// quote writes the cell as a JSON string.
func (c cell) quote(to *strings.Builder) {
	to.WriteByte('"')
	for text := c.text; text != ""; {
		n := plain(text, 0)
		to.WriteString(text[:n])
		if n == len(text) {
			break
		}
		if text[n] == '"' && c.doubled {
			n++
		}
		var escaped [6]byte
		to.Write(appendEscaped(escaped[:0], text[n]))
		text = text[n+1:]
	}
	to.WriteByte('"')
}

// next reads a row of at most so many cells; all rows but the first must have
// exactly as many. It reports false at the end of the table.
func (t *table) next(columns int) (bool, error) {
	first := t.cells == nil
	t.cells = t.cells[:0]
	for size := t.lineEnd(); size > 0; size = t.lineEnd() {
		t.pos += size
		t.line++
	}
	if t.pos == len(t.text) {
		return false, nil
	}
	line := t.line
	for more := true; more; {
		if len(t.cells) == columns && first {
			return false, fmt.Errorf("%w: more than %d columns", ErrTooWide, columns)
		}
		if len(t.cells) == columns {
			return false, tableError(line, errFieldCount)
		}
		var c cell
		var err error
		if c, more, err = t.cell(); err != nil {
			return false, tableError(t.line, err)
		}
		t.cells = append(t.cells, c)
	}
	if !first && len(t.cells) < columns {
		return false, tableError(line, errFieldCount)
	}
	return true, nil
}

// cell reads a cell and what separates it from the next, if there is more in the row.
func (t *table) cell() (c cell, more bool, err error) {
	start := t.pos
	if strings.HasPrefix(t.text[start:], `"`) {
		if c, err = t.quoted(); err != nil {
			return c, false, err
		}
	} else {
		for t.pos < len(t.text) && t.text[t.pos] != ',' && t.text[t.pos] != '\n' {
			if t.text[t.pos] == '"' {
				return c, false, errBareQuote
			}
			t.pos++
		}
		if atEnd := t.pos == len(t.text) || t.text[t.pos] == '\n'; atEnd && t.pos > start && t.text[t.pos-1] == '\r' {
			t.pos--
		}
		c.text = t.text[start:t.pos]
	}
	if strings.HasPrefix(t.text[t.pos:], ",") {
		t.pos++
		return c, true, nil
	}
	size := t.lineEnd()
	if size == 0 && t.pos < len(t.text) {
		return c, false, errQuote
	}
	t.pos += size
	t.line++
	return c, false, nil
}

// quoted reads a cell in quotes.
func (t *table) quoted() (c cell, err error) {
	start := t.pos + 1
	for i := start; ; i++ {
		n := strings.IndexByte(t.text[i:], '"')
		if n < 0 {
			return c, errQuote
		}
		if i += n + 1; i < len(t.text) && t.text[i] == '"' {
			c.doubled = true
			continue
		}
		c.text, t.pos = t.text[start:i-1], i
		t.line += strings.Count(c.text, "\n")
		return c, nil
	}
}

// lineEnd is the length of the line end at pos, 0 if there is none. A CR is one
// at the end of the table too.
func (t *table) lineEnd() int {
	switch rest := t.text[t.pos:]; {
	case strings.HasPrefix(rest, "\n"), rest == "\r":
		return 1
	case strings.HasPrefix(rest, "\r\n"):
		return 2
	default:
		return 0
	}
}

// tableError tells where a table is broken, without its text.
func tableError(line int, err error) error {
	return fmt.Errorf("%w: CSV line %d: %w", ErrSyntax, line, err)
}

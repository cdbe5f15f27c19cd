// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"fmt"
	"slices"
)

// scanner walks once over a text, checks it by RFC 8259 and picks values on the way.
//
// All its methods take the index of a value's first byte and return the index
// behind the value, or -1 after they have set err.
type scanner struct {
	text     string
	maxDepth int
	err      error
	failedAt int // where err is

	records *collector // takes the elements of the record array; nil to find it only
	found   Kind       // of the value at the records path; of equal keys the first counts
	mark    int        // where that value is
	seen    []*node    // those that may be there once only
}

// fail notes the error with its place and returns -1.
func (s *scanner) fail(err error, at int) int {
	s.failedAt = at
	switch {
	case !errors.Is(err, ErrSyntax):
		s.err = fmt.Errorf("%w: offset %d", err, at)
	case at >= len(s.text):
		s.err = fmt.Errorf("%w: JSON ends too early at offset %d", err, len(s.text))
	default:
		s.err = fmt.Errorf("%w: no JSON at offset %d", err, at)
	}
	return -1
}

// value walks over any value; depth is the number of containers around it, and
// n, if not nil, knows what is wanted in it.
func (s *scanner) value(i int, n *node, depth int, p *picks) int {
	if i >= len(s.text) {
		return s.fail(ErrSyntax, i)
	}
	if n != nil {
		return s.wanted(i, n, depth, p)
	}
	switch s.text[i] {
	case '"':
		return s.str(i)
	case '{':
		return s.object(i, nil, depth+1, p)
	case '[':
		return s.array(i, nil, depth+1, p)
	default:
		return s.scalar(i)
	}
}

// wanted walks over a value of which something is wanted: itself, a part, or
// that it is the record array.
func (s *scanner) wanted(i int, n *node, depth int, p *picks) int {
	start := i
	inner := n
	if len(n.members) == 0 {
		inner = nil
	}
	if n.once && slices.Contains(s.seen, n) {
		return s.fail(ErrAmbiguous, i)
	} else if n.once {
		s.seen = append(s.seen, n)
	}
	c, first := s.text[i], n.records && s.found == Missing
	if first {
		s.found, s.mark = kindOf(c), i
	}
	switch {
	case first && c == '[' && s.records != nil:
		i = s.recordArray(i, inner, depth+1, p)
	case c == '{':
		i = s.object(i, inner, depth+1, p)
	case c == '[':
		i = s.array(i, inner, depth+1, p)
	default:
		i = s.value(i, nil, depth, p)
	}
	if i < 0 {
		return -1
	}
	if n.embedded && c == '"' {
		s.embedded(s.text[start:i], n, depth, p)
	}
	p.set(n, s.text[start:i])
	return i
}

// object walks over an object. The strings, which most of a page is made of, are
// walked over in place: a call for each costs a fifth of the whole scan.
func (s *scanner) object(i int, n *node, depth int, p *picks) int {
	if depth > s.maxDepth {
		return s.fail(ErrDepth, i)
	}
	text := s.text
	if i = skipSpace(text, i+1); i < len(text) && text[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(text) || text[i] != '"' {
			return s.fail(ErrSyntax, i)
		}
		start, escaped := i, false
		if i = plain(text, i+1); i < len(text) && text[i] == '"' {
			i++
		} else if i, escaped = s.strEscaped(i), true; i < 0 {
			return -1
		}
		var child *node
		if n != nil {
			child = n.member(text[start:i], escaped)
		}
		if i = s.colon(i); i < 0 {
			return -1
		}
		if child == nil && i < len(text) && text[i] == '"' {
			if i = plain(text, i+1); i < len(text) && text[i] == '"' {
				i++
			} else if i = s.strEscaped(i); i < 0 {
				return -1
			}
		} else if i = s.value(i, child, depth, p); i < 0 {
			return -1
		}
		if i = skipSpace(text, i); i >= len(text) {
			return s.fail(ErrSyntax, i)
		}
		if text[i] != ',' {
			if text[i] != '}' {
				return s.fail(ErrSyntax, i)
			}
			return i + 1
		}
		i = skipSpace(text, i+1)
	}
}

// colon walks over a colon and the white space around it.
func (s *scanner) colon(i int) int {
	text := s.text
	if i = skipSpace(text, i); i >= len(text) || text[i] != ':' {
		return s.fail(ErrSyntax, i)
	}
	return skipSpace(text, i+1)
}

// array walks over an array.
func (s *scanner) array(i int, n *node, depth int, p *picks) int {
	if depth > s.maxDepth {
		return s.fail(ErrDepth, i)
	}
	if i = skipSpace(s.text, i+1); i < len(s.text) && s.text[i] == ']' {
		return i + 1
	}
	for index, more := 0, true; more; index++ {
		var child *node
		if n != nil {
			child = n.element(index)
		}
		if i = s.value(i, child, depth, p); i < 0 {
			return -1
		}
		i, more = s.comma(i)
	}
	return i
}

// recordArray walks over the array of records. If the envelope wants something
// inside one, that record is walked over a second time.
func (s *scanner) recordArray(i int, n *node, depth int, p *picks) int {
	if depth > s.maxDepth {
		return s.fail(ErrDepth, i)
	}
	if i = skipSpace(s.text, i+1); i < len(s.text) && s.text[i] == ']' {
		return i + 1
	}
	for index, more := 0, true; more; index++ {
		start := i
		if i = s.records.add(s, i, depth); i < 0 {
			return -1
		}
		if n != nil {
			if child := n.element(index); child != nil {
				s.value(start, child, depth, p)
			}
		}
		i, more = s.comma(i)
	}
	return i
}

// comma walks over what follows an element: a comma, or the end of the array.
func (s *scanner) comma(i int) (next int, more bool) {
	text := s.text
	if i = skipSpace(text, i); i >= len(text) {
		return s.fail(ErrSyntax, i), false
	}
	switch text[i] {
	case ',':
		return skipSpace(text, i+1), true
	case ']':
		return i + 1, false
	}
	return s.fail(ErrSyntax, i), false
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// CheckPath checks the syntax of a gjson path, so that a slip in a configuration
// is an error at start and not a page without records. It refuses what gjson
// takes silently for a key that can't exist: an empty path or component, an open
// bracket or quote, a backslash at the end. It also refuses @fromstr, because
// what a string holds has not passed the validation, and "@odata.x" without the
// escaped dot.
func CheckPath(path string) error {
	switch {
	case path == "":
		return errors.New("empty path; @this means the whole value")
	case strings.HasPrefix(path, ".."):
		return fmt.Errorf("path %q: the JSON lines prefix is not supported; use the format ndjson", path)
	case strings.Contains(path, "@odata."):
		return fmt.Errorf("path %q: a dot inside a key needs a backslash: @odata\\.nextLink", path)
	case strings.Contains(path, "@fromstr"):
		return fmt.Errorf("path %q: @fromstr is not supported", path)
	}
	return checkShape(path)
}

// checkShape walks over the path once and balances brackets and quotes.
func checkShape(path string) error {
	var open []byte
	part := 0 // where the current component starts
	for i := 0; i < len(path); i++ {
		switch c := path[i]; c {
		case '\\':
			if i++; i == len(path) {
				return fmt.Errorf("path %q: backslash at the end", path)
			}
			if startsAgain(path[i:]) {
				return fmt.Errorf("path %q: %q at offset %d can't follow an escaped dot", path, path[i+1], i+1)
			}
		case '.', '|':
			if len(open) > 0 {
				continue
			}
			if i == part {
				return fmt.Errorf("path %q: empty component at offset %d", path, i)
			}
			part = i + 1
		case '(', '[', '{':
			if opens(path, i, part, len(open) > 0) {
				open = append(open, c)
			}
		case ')', ']', '}':
			if len(open) == 0 {
				continue // a plain byte of a key
			}
			if want := closing(open[len(open)-1]); c != want {
				return fmt.Errorf("path %q: %q at offset %d closes nothing, want %q", path, c, i, want)
			}
			open = open[:len(open)-1]
		case '"':
			if len(open) == 0 {
				continue
			}
			end := quoteEnd(path, i)
			if end < 0 {
				return fmt.Errorf("path %q: open quote at offset %d", path, i)
			}
			i = end
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("path %q: missing %q", path, closing(open[len(open)-1]))
	}
	if part == len(path) {
		return fmt.Errorf("path %q: empty component at the end", path)
	}
	return nil
}

// startsAgain reports whether a selection or a text of its own follows the escaped
// dot that rest begins with. gjson overlooks the escape in an array, and would
// find such a thing where there is nothing.
func startsAgain(rest string) bool {
	return len(rest) > 1 && (rest[0] == '.' || rest[0] == '|') && strings.IndexByte("{[!", rest[1]) >= 0
}

// opens reports whether the bracket at i starts a query, a selection or a
// modifier's argument; elsewhere it is a plain byte of a key.
func opens(path string, i, part int, inside bool) bool {
	return inside || i == part || path[i-1] == '#' || path[i-1] == '!' ||
		path[i-1] == ':' && path[part] == '@'
}

// closing returns the bracket that closes open.
func closing(open byte) byte {
	switch open {
	case '(':
		return ')'
	case '[':
		return ']'
	default:
		return '}'
	}
}

// quoteEnd returns the index of the quote that closes the one at start, or -1.
func quoteEnd(path string, start int) int {
	for i := start + 1; i < len(path); i++ {
		switch path[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// step is one component of a simple path: a key of an object and, if it is a
// number, also an index of an array.
type step struct {
	key   string
	index int // -1 = not an index
}

// simplePath splits a path into steps if it is made of keys and indexes only.
// Everything else (wildcards, queries, modifiers, selections) is left to gjson.
// The whole value ("@this") has no steps.
func simplePath(path string) ([]step, bool) {
	if path == "@this" {
		return nil, true
	}
	if strings.HasPrefix(path, "!") {
		return nil, false
	}
	var steps []step
	for {
		s, rest, more, ok := cutStep(path)
		if !ok {
			return nil, false
		}
		steps = append(steps, s)
		if !more {
			return steps, true
		}
		path = rest
	}
}

// cutStep reads the first component of a path; ok is false if it is not simple.
func cutStep(path string) (s step, rest string, more, ok bool) {
	if isSpecial(path) {
		return step{}, "", false, false
	}
	key := make([]byte, 0, len(path))
	escaped := false
	for i := 0; i < len(path); i++ {
		switch c := path[i]; c {
		case '*', '?', '|', '#':
			return step{}, "", false, false
		case '.':
			s, ok = newStep(string(key), escaped)
			return s, path[i+1:], true, ok
		case '\\':
			escaped = true
			if i++; i < len(path) {
				key = append(key, path[i])
			}
		default:
			key = append(key, c)
		}
	}
	s, ok = newStep(string(key), escaped)
	return s, "", false, ok
}

// isSpecial reports whether the component at the start of path is a selection, a
// modifier or an index with leading zeros. An unknown modifier is a key, such as
// GitHub's "@timestamp".
func isSpecial(path string) bool {
	if path == "" {
		return false
	}
	switch path[0] {
	case '[', '{':
		return true
	case '0':
		return len(path) > 1 && path[1] >= '0' && path[1] <= '9' // 01 is the key "01", but the index 1
	case '@':
		end := strings.IndexAny(path, ".|:")
		if end < 0 {
			end = len(path)
		}
		return gjson.ModifierExists(path[1:end], nil)
	}
	return false
}

// newStep makes a step. A number written with an escape is a key and never an
// index: that is not simple, because a node finds its members by their key only.
func newStep(key string, escaped bool) (s step, ok bool) {
	s = step{key: key, index: -1}
	if key == "" || len(key) > 9 {
		return s, true
	}
	n := 0
	for i := range len(key) {
		if key[i] < '0' || key[i] > '9' {
			return s, true
		}
		n = n*10 + int(key[i]-'0')
	}
	s.index = n
	return s, !escaped
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"errors"
	"fmt"
	"strings"
)

// errLink is a Link header in which the link could be, but can't be read;
// errCutOff one that ends inside of a target or a quoted string.
var (
	errLink   = errors.New("the `Link` header can't be read to its end")
	errCutOff = fmt.Errorf("%w: it is cut off", errLink)
)

// FindLink returns the target of the first link with relation rel in the lines
// of a Link header (RFC 8288 section 3), "" when there is none. Several header
// lines, several links in a line, several relations of a link, quoted commas
// and relative targets are all allowed; the target is returned as written.
//
// An unreadable part that could hold the link is an error: taken for the end, it
// would lose all further pages. The sender bounds how long the lines are.
func FindLink(lines []string, rel string) (string, error) {
	var unread error
	for _, line := range lines {
		target, err := findInLine(line, rel)
		if target != "" {
			return target, nil
		}
		unread = errors.Join(unread, err)
	}
	return "", unread
}

func findInLine(line, rel string) (string, error) {
	for rest := line; rest != ""; {
		l, after, err := cutLink(rest)
		if rest = after; l.is(rel) {
			if l.bare {
				return "", fmt.Errorf("%w: a link stands without < and >", errLink)
			}
			if l.target != "" {
				return l.target, nil
			}
		}
		switch {
		case errors.Is(err, errCutOff):
			return "", err
		case err != nil && !strings.Contains(strings.ToLower(rest), strings.ToLower(rel)):
			return "", nil // it can't hold what it doesn't name
		case err != nil:
			return "", err
		}
	}
	return "", nil
}

// link is one link of a Link header.
type link struct {
	target string
	bare   bool // there is none in < and >
	rels   string
	hasRel bool
}

// is tells whether the link has the relation rel.
func (l link) is(rel string) bool {
	for one := range strings.FieldsSeq(strings.Trim(l.rels, `"'`)) {
		if strings.EqualFold(one, rel) {
			return true
		}
	}
	return false
}

// cutLink takes the first link off s. With an error it is what was read of the
// link, and rest is the part that can't be read.
func cutLink(s string) (l link, rest string, err error) {
	s = strings.TrimLeft(s, ", \t")
	if strings.HasPrefix(s, "<") {
		end := strings.IndexByte(s, '>')
		if end < 0 {
			return l, s, errCutOff
		}
		l.target, s = s[1:end], s[end+1:]
	} else {
		// Also what follows a comma in a value without quotes.
		l.bare, s = true, s[indexAny(s, ",;<"):]
		if strings.HasPrefix(s, "<") {
			return l, s, nil
		}
	}
	for {
		s = strings.TrimLeft(s, "; \t")
		if s == "" || s[0] == ',' {
			return l, s, nil
		}
		var name, value string
		name, value, s, err = cutParam(s)
		// Only the first rel counts (RFC 8288 section 3.3); names have no case.
		if strings.EqualFold(name, "rel") && !l.hasRel {
			l.rels, l.hasRel = value, true
			if err == nil && strings.ContainsRune(value, '<') {
				err = errLink // a comma is missing
			}
		}
		if err != nil {
			return l, s, err
		}
	}
}

// cutParam takes the first parameter of a link off s; see cutLink.
func cutParam(s string) (name, value, rest string, err error) {
	end := indexAny(s, "=;,")
	name, rest = strings.TrimSpace(s[:end]), s[end:]
	if strings.ContainsAny(name, `"<`) {
		return "", "", s, errLink
	}
	if !strings.HasPrefix(rest, "=") {
		return name, "", rest, nil
	}
	rest = strings.TrimLeft(rest[1:], " \t")
	if !strings.HasPrefix(rest, `"`) {
		end = indexAny(rest, ";,")
		return name, strings.TrimSpace(rest[:end]), rest[end:], nil
	}
	end = closingQuote(rest)
	if end < 0 {
		return "", "", rest, errCutOff
	}
	value, rest = rest[1:end], strings.TrimLeft(rest[end+1:], " \t")
	if rest != "" && rest[0] != ';' && rest[0] != ',' {
		err = errLink // that quote was none
	}
	return name, value, rest, err
}

// indexAny is the index of the first of chars in s, its length when there is none.
func indexAny(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// closingQuote is the index of the quote that closes the one that s starts with,
// -1 when there is none.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strings"
	"unicode/utf8"
)

// Limits of what is taken out of one expression.
const (
	minLiteral = 3  // shorter literals are in nearly every event
	maxSet     = 64 // literals that one part of an expression may stand for
	maxClass   = 8  // characters of a class that are taken one by one
)

// literal is a text that an expression looks for.
type literal struct {
	text string // with ASCII letters in lower case when fold is set
	fold bool   // ASCII letters match in both cases
}

// set is a choice of literals: one of them occurs.
type set []literal

// clause tells whether the set is worth looking for.
func (s set) clause() bool { return len(s) > 0 && s.shortest() >= minLiteral }

// shortest is the length of the shortest literal.
func (s set) shortest() int {
	shortest := MaxPatternBytes
	for _, l := range s {
		shortest = min(shortest, len(l.text))
	}
	return shortest
}

// better tells whether a says more about a text than b: longer literals are rarer, and fewer ones are.
func (s set) better(b set) bool {
	const enough = 10
	x, y := min(s.shortest(), enough), min(b.shortest(), enough)
	return x > y || x == y && len(s) < len(b)
}

// cross is every literal of a followed by every one of b. pure = false when case-sensitive and insensitive letters met, so
// that the result finds more than the expression does. ok = false when there are too many.
func cross(a, b set) (product set, pure, ok bool) {
	if len(a)*len(b) > maxSet {
		return nil, false, false
	}
	pure = true
	for _, x := range a {
		for _, y := range b {
			l, exact := x.followedBy(y)
			product = append(product, l)
			pure = pure && exact
		}
	}
	return product, pure, true
}

func (l literal) followedBy(m literal) (joined literal, exact bool) {
	if l.fold == m.fold {
		return literal{text: l.text + m.text, fold: l.fold}, true
	}
	sensitive := l.text
	if l.fold {
		sensitive = m.text
	}
	exact = !strings.ContainsFunc(sensitive, isLetter)
	return literal{text: lower(l.text) + lower(m.text), fold: true}, exact
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// lower folds ASCII letters only and leaves all other bytes alone.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// findable reports whether a rune of an expression occurs in a text as exactly one byte sequence. U+FFFD does not, since
// package regexp reads every invalid byte as U+FFFD, and surrogates never occur.
func findable(r rune) bool { return r != utf8.RuneError && utf8.ValidRune(r) }

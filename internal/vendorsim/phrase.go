// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// window is the interval [from, to); a zero bound is open.
type window struct{ from, to time.Time }

// notBefore narrows the window to times not before t.
func (w *window) notBefore(t time.Time) {
	if w.from.IsZero() || t.After(w.from) {
		w.from = t
	}
}

// before narrows the window to times before t.
func (w *window) before(t time.Time) {
	if w.to.IsZero() || t.Before(w.to) {
		w.to = t
	}
}

// errPhrase says that a GitHub search phrase can't be understood.
var errPhrase = errors.New("invalid phrase")

// parsePhrase reads the part of GitHub's search language that concerns time: `created:` with >=, >, <=, <, a plain
// value, or a range a..b with both ends included and * for an open one. Several qualifiers narrow each other. A value is a
// day or an RFC 3339 time. Everything else is an error: a test that sends it has a typo.
func parsePhrase(phrase string) (window, error) {
	var w window
	for word := range strings.FieldsSeq(phrase) {
		value, ok := strings.CutPrefix(word, "created:")
		if !ok {
			return window{}, fmt.Errorf("%w: %q isn't a created: qualifier", errPhrase, word)
		}
		if err := w.narrow(value); err != nil {
			return window{}, err
		}
	}
	return w, nil
}

// narrow applies one created: value.
func (w *window) narrow(value string) error {
	for _, op := range [...]string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(value, op); ok {
			return w.compare(op, rest)
		}
	}
	from, to, isRange := strings.Cut(value, "..")
	if !isRange {
		to = from
	}
	if isRange && from == "*" && to == "*" {
		return fmt.Errorf("%w: a range without ends", errPhrase)
	}
	if !isRange || from != "*" {
		if err := w.compare(">=", from); err != nil {
			return err
		}
	}
	if !isRange || to != "*" {
		return w.compare("<=", to)
	}
	return nil
}

// compare applies one comparison. The end of a day is the next midnight; that of an instant the next nanosecond.
func (w *window) compare(op, value string) error {
	end := time.Nanosecond
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		end = 24 * time.Hour
		if t, err = time.Parse(time.DateOnly, value); err != nil {
			return fmt.Errorf("%w: %q is no time", errPhrase, value)
		}
	}
	switch op {
	case ">=":
		w.notBefore(t)
	case ">":
		w.notBefore(t.Add(end))
	case "<=":
		w.before(t.Add(end))
	default:
		w.before(t)
	}
	return nil
}

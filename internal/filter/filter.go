// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import "strings"

// Limits of a filter. They bound the work per record and the size of the tables.
const (
	MaxPatterns     = 64      // patterns per list
	MaxPatternBytes = 1 << 10 // bytes per pattern
	MaxTextBytes    = 1 << 20 // bytes of a text that is examined; longer ones are kept unseen
)

// Settings are the patterns as the user wrote them, RE2 syntax, matched anywhere in the text unless anchored.
type Settings struct {
	Match   []string // at least one must match; none given = everything matches
	Exclude []string // none may match
}

// Filter holds the compiled patterns. It is safe for concurrent use. A nil Filter keeps everything.
type Filter struct {
	match   []pattern
	exclude []pattern
	scan    scanner
	special bool // some literal folds to a letter outside ASCII
}

// New compiles the patterns. The error names the list, the index and the pattern of each mistake, and what to do about it.
func New(s Settings) (*Filter, error) {
	match, err := compile("match_on", s.Match)
	exclude, err2 := compile("exclude_on", s.Exclude)
	if err = join(err, err2); err != nil {
		return nil, err
	}
	f := &Filter{match: match, exclude: exclude}
	f.special = plan(&f.scan, match, exclude)
	return f, nil
}

// Keep reports whether the record of this text is to be kept: a match pattern matches (or there is none) and no exclude
// pattern does. A text over MaxTextBytes is kept, since a filter must not drop what it did not look at, and padding an event
// must not hide it. It allocates nothing.
func (f *Filter) Keep(text string) bool {
	if f == nil || len(f.match)+len(f.exclude) == 0 || len(text) > MaxTextBytes {
		return true
	}
	var found hits
	f.scan.find(text, &found)
	foreign := f.special && hasForeignFold(text)
	if len(f.match) > 0 && !anyMatches(f.match, text, &found, foreign) {
		return false
	}
	return !anyMatches(f.exclude, text, &found, foreign)
}

// anyMatches reports whether one of the patterns matches. Those that the literals alone decide go first: they are free.
func anyMatches(patterns []pattern, text string, found *hits, foreign bool) bool {
	undecided := 0
	for i := range patterns {
		switch patterns[i].verdict(found, foreign) {
		case matches:
			return true
		case maybe:
			undecided++
		}
	}
	for i := 0; undecided > 0; i++ {
		if patterns[i].verdict(found, foreign) != maybe {
			continue
		}
		if patterns[i].re.MatchString(text) {
			return true
		}
		undecided--
	}
	return false
}

// hasForeignFold reports whether the text holds one of the two letters outside ASCII that a case-insensitive ASCII pattern
// matches (Unicode simple folding): U+017F, the long s, and U+212A, the Kelvin sign. Literals don't find those.
func hasForeignFold(text string) bool {
	return strings.Contains(text, "\u017f") || strings.Contains(text, "\u212a")
}

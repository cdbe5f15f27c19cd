// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// pattern is one compiled expression with the literal clauses that gate it.
type pattern struct {
	re      *regexp.Regexp
	need    need
	clauses []uint16 // numbers of the clauses that the scanner looks for; all must be found
	sure    bool     // the clauses decide alone, the expression need not run
}

type verdict uint8

const (
	no verdict = iota
	maybe
	matches
)

// verdict says what the found literals tell about the pattern. foreign = the text has letters that literals can't find.
func (p *pattern) verdict(found *hits, foreign bool) verdict {
	if len(p.clauses) == 0 {
		return maybe
	}
	for _, c := range p.clauses {
		if found.has(c) {
			continue
		}
		if foreign && p.need.folds {
			return maybe
		}
		return no
	}
	if p.sure {
		return matches
	}
	return maybe
}

// compile turns one list of patterns into expressions; list is the configuration key, for errors.
func compile(list string, texts []string) ([]pattern, error) {
	if len(texts) > MaxPatterns {
		return nil, fmt.Errorf("`%s` has %d patterns, more than %d: join some with |, or match less here and route later in the pipeline",
			list, len(texts), MaxPatterns)
	}
	var errs error
	patterns := make([]pattern, 0, len(texts))
	for i, text := range texts {
		p, err := compileOne(text)
		if err != nil {
			errs = join(errs, fmt.Errorf("`%s[%d]` %s: %w", list, i, quote(text), err))
			continue
		}
		patterns = append(patterns, p)
	}
	return patterns, errs
}

func compileOne(text string) (pattern, error) {
	switch {
	case text == "":
		return pattern{}, errors.New("an empty pattern matches every record: write the text to look for, or remove the entry")
	case len(text) > MaxPatternBytes:
		return pattern{}, fmt.Errorf("%d bytes, more than %d: split it into several patterns", len(text), MaxPatternBytes)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return pattern{}, explain(err)
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return pattern{}, explain(err)
	}
	return pattern{re: re, need: needOf(tree)}, nil
}

// explain adds to a syntax error what the user can do about it.
func explain(err error) error {
	var se *syntax.Error
	if !errors.As(err, &se) {
		return err
	}
	advice := `patterns are RE2; put \ before a character that is meant literally`
	switch se.Code {
	case syntax.ErrInvalidPerlOp:
		advice = "RE2 has no look-ahead and no look-behind: use match_on together with exclude_on"
	case syntax.ErrInvalidEscape:
		advice = "RE2 has no back-references and not every escape: see https://github.com/google/re2/wiki/Syntax"
	case syntax.ErrMissingRepeatArgument:
		advice = "this is RE2, not a file glob: .* stands for any text"
	case syntax.ErrInvalidUTF8:
		advice = "write the pattern in UTF-8"
	case syntax.ErrLarge, syntax.ErrInvalidRepeatSize, syntax.ErrNestingDepth:
		advice = "use smaller repeat counts, or fewer nested groups"
	}
	return fmt.Errorf("%w (%s)", err, advice)
}

// quote shows a pattern in an error, cut to a length that fits a log line.
func quote(text string) string {
	const longest = 80
	if len(text) > longest {
		return fmt.Sprintf("%.*q...", longest, text)
	}
	return fmt.Sprintf("%q", text)
}

func join(a, b error) error {
	if a == nil {
		return b
	}
	return errors.Join(a, b)
}

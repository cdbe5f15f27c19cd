// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presets

import (
	"cmp"
	"slices"
	"strings"
)

// maxSuggestions is how many names the error of an unknown one lists.
const maxSuggestions = 5

// suggestion says what to write instead of a name that does not exist.
func suggestion(name string) string {
	return "did you mean " + strings.Join(Nearest(name, Names()), ", ") + "? `otelcol-audit presets list` shows all"
}

// Nearest are the names that look most like name, the best first. Names with
// the same beginning come before those that merely need few edits, as people
// know the vendor but not how we call its logs.
func Nearest(name string, names []string) []string {
	if len(name) > 64 {
		name = name[:64] // edits costs the product of both lengths
	}
	score := func(candidate string) int {
		return edits(name, candidate) - 3*sharedPrefix(name, candidate)
	}
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return cmp.Compare(score(a), score(b)) })
	return sorted[:min(maxSuggestions, len(sorted))]
}

func sharedPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// edits is the Levenshtein distance of a and b in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

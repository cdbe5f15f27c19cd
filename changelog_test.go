// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package otelcolaudit_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	changeTitle = regexp.MustCompile(`^(Breaking|Security|Bugfix|Feature|Change): \S.*[^.]$`)
	changeFile  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.md$`)
)

// TestChangelog holds the entries of the next release to changelog/TEMPLATE.
func TestChangelog(t *testing.T) {
	const folder = "changelog/unreleased"
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		require.NoError(t, err)
		assert.Regexp(t, changeFile, entry.Name())
		for _, problem := range changeProblems(string(text)) {
			assert.Fail(t, entry.Name()+": "+problem)
		}
	}
}

func TestChangelogRules(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"a good entry", "Bugfix: Windows end where they should\n\nBefore, they did not.\n", ""},
		{"an unknown kind", "Fix: Windows end\n\nBefore, they did not.\n", "first line"},
		{"a full stop", "Bugfix: Windows end.\n\nBefore, they did not.\n", "first line"},
		{"a title alone", "Bugfix: Windows end\n", "blank line"},
		{"a long title", "Bugfix: " + strings.Repeat("x", 100) + "\n\nBefore.\n", "100 characters"},
		{"a copy of the template", "Bugfix: Windows end\n\n<What was the case before>\n", "template"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			problems := strings.Join(changeProblems(tc.text), "\n")
			if tc.want == "" {
				assert.Empty(t, problems)
				return
			}
			assert.Contains(t, problems, tc.want)
		})
	}
}

func changeProblems(text string) []string {
	title, body, found := strings.Cut(text, "\n\n")
	var problems []string
	if !changeTitle.MatchString(title) {
		problems = append(problems, "the first line must be `Kind: title` without a full stop, see changelog/TEMPLATE")
	}
	if utf8.RuneCountInString(title) > 100 {
		problems = append(problems, "the title has more than 100 characters")
	}
	if !found || strings.TrimSpace(body) == "" {
		problems = append(problems, "a text must follow the title after a blank line")
	}
	if strings.Contains(text, "<What") || strings.Contains(text, "<Any") {
		problems = append(problems, "text of the template is left")
	}
	return problems
}

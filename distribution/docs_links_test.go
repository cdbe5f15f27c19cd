// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/source"
)

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	makeTarget = regexp.MustCompile(`(?m)^([a-z-]+):`)
	alert      = regexp.MustCompile(`(?m)^\s*- alert: (\w+)$`)
	metric     = regexp.MustCompile(`otelcol_(?:restaudit|s3checkpoint)_[a-z0-9_]+`)
)

// TestLinks follows every relative link, and its fragment to a heading.
func TestLinks(t *testing.T) {
	for _, d := range documents(t) {
		for _, match := range link.FindAllStringSubmatch(d.text, -1) {
			target, fragment, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			file := filepath.Join(root, filepath.Dir(filepath.FromSlash(d.name)), filepath.FromSlash(target))
			if target == "" {
				file = filepath.Join(root, filepath.FromSlash(d.name))
			}
			text, err := os.ReadFile(file)
			if info, statErr := os.Stat(file); statErr == nil && info.IsDir() {
				continue
			}
			if assert.NoError(t, err, "%s: link to %s", d.name, match[1]) && fragment != "" {
				assert.Contains(t, slugs(string(text)), fragment, "%s: link to %s", d.name, match[1])
			}
		}
	}
}

// slugs are the fragments of a page's headings.
func slugs(text string) []string {
	var out []string
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		slug := notInSlug.ReplaceAllString(strings.ToLower(match[1]), "")
		out = append(out, strings.ReplaceAll(slug, " ", "-"))
	}
	return out
}

// TestDocumentedCommands wants each command of a shell block to be one: targets
// of the Makefile, a sub-command of otelcol-audit, a tool in our version.
func TestDocumentedCommands(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	tools, err := os.ReadFile(filepath.Join(root, "internal", "tools", "go.mod"))
	require.NoError(t, err)
	var targets []string
	for _, match := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, match[1])
	}
	forBlocks(t, func(t *testing.T, _ document, b block) {
		for line := range strings.Lines(b.text) {
			words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "$ "))
			if len(words) < 2 || strings.HasPrefix(words[1], "-") {
				continue
			}
			switch words[0] {
			case "make":
				for _, word := range words[1:] {
					if !strings.Contains(word, "=") {
						assert.Contains(t, targets, word)
					}
				}
			case "otelcol-audit", "./bin/otelcol-audit", "bin/otelcol-audit":
				command, _, err := newCommand(settings()).Find(words[1:])
				assert.NoError(t, err)
				assert.NotEqual(t, "otelcol-audit", command.Name(), "no sub-command %s", words[1])
			case "go":
				if module, version, ok := strings.Cut(words[len(words)-1], "@"); ok {
					assert.Contains(t, string(tools), "\t"+module+" "+version, "another version than the one that we use")
				}
			}
		}
	}, "sh", "console")
}

// TestDocumentedMetrics wants each metric that a page names to exist.
func TestDocumentedMetrics(t *testing.T) {
	var known string
	for _, name := range []string{"receiver/restauditreceiver", "extension/s3checkpoint"} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name), "documentation.md"))
		require.NoError(t, err)
		known += string(text)
	}
	for _, d := range documents(t) {
		for _, name := range metric.FindAllString(d.text, -1) {
			name = strings.TrimSuffix(name, "_")
			if !strings.Contains(known, "### "+name+"\n") {
				assert.Fail(t, fmt.Sprintf("%s: there is no metric %s", d.name, name))
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
	require.NoError(t, err)
	for _, name := range metric.FindAllString(known, -1) {
		if strings.HasPrefix(name, "otelcol_restaudit_") {
			if !strings.Contains(string(text), name) {
				assert.Fail(t, fmt.Sprintf("docs/operations.md does not list %s", name))
			}
		}
	}
}

// TestEveryAlertIsExplained wants docs/operations.md to name each alert.
func TestEveryAlertIsExplained(t *testing.T) {
	rules, err := os.ReadFile(filepath.Join(root, "alerts", "otelcol-audit.yaml"))
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
	require.NoError(t, err)
	alerts := alert.FindAllStringSubmatch(string(rules), -1)
	require.NotEmpty(t, alerts)
	for _, match := range alerts {
		if !strings.Contains(string(text), "`"+match[1]+"`") {
			assert.Fail(t, fmt.Sprintf("docs/operations.md does not explain %s", match[1]))
		}
	}
}

// TestEveryGapReasonIsExplained wants docs/operations.md to name each reason.
func TestEveryGapReasonIsExplained(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
	require.NoError(t, err)
	for _, reason := range source.GapReasons() {
		if !strings.Contains(string(text), "| `"+reason+"` |") {
			assert.Fail(t, "docs/operations.md does not explain the gap reason "+reason)
		}
	}
}

// logLine is a row of the table of log lines in docs/operations.md.
var logLine = regexp.MustCompile("(?m)^\\| \"([^\"]+)\" \\|")

// TestDocumentedLogLines wants each log line that docs/operations.md quotes to
// be written somewhere in the receiver.
func TestDocumentedLogLines(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "receiver", "restauditreceiver", "*.go"))
	require.NoError(t, err)
	var code strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		code.Write(text)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
	require.NoError(t, err)
	rows := logLine.FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, rows)
	for _, row := range rows {
		quoted, _, _ := strings.Cut(row[1], " N ") // a number stands there
		if !strings.Contains(code.String(), quoted) {
			assert.Fail(t, fmt.Sprintf("docs/operations.md quotes %q, and nothing writes it", quoted))
		}
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package pages

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/presets"
)

var update = flag.Bool("update", false, "write the pages anew")

const (
	presetsDir = "../.."
	pagesDir   = "../../../docs/presets"
)

func TestPages(t *testing.T) {
	want := map[string]string{}
	var all []presets.Preset
	for _, name := range presets.Names() {
		p, err := presets.Get(name)
		require.NoError(t, err)
		all = append(all, p)
		want[name+".md"], err = Page(os.DirFS(presetsDir), p)
		require.NoError(t, err)
	}
	var err error
	want["README.md"], err = Index(os.DirFS(presetsDir), all)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.RemoveAll(pagesDir))
		require.NoError(t, os.MkdirAll(pagesDir, 0o750))
		for name, text := range want {
			require.NoError(t, os.WriteFile(filepath.Join(pagesDir, name), []byte(text), 0o600))
		}
	}
	entries, err := os.ReadDir(pagesDir)
	require.NoError(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(pagesDir, entry.Name()))
		require.NoError(t, err)
		assert.Equal(t, want[entry.Name()], string(text), "%s is out of date: run `make generate`", entry.Name())
		delete(want, entry.Name())
	}
	assert.Empty(t, want, "pages are missing: run `make generate`")
}

func TestPageSaysWhatAPersonNeeds(t *testing.T) {
	for _, name := range presets.Names() {
		p, err := presets.Get(name)
		require.NoError(t, err)
		page, err := Page(os.DirFS(presetsDir), p)
		require.NoError(t, err)
		for _, heading := range []string{"## At the vendor", "## Configuration", "## What is asked", "## What a record looks like"} {
			assert.Contains(t, page, heading, name)
		}
		if p.Confidence == "low" {
			assert.Contains(t, page, "> Confidence: low", name)
		}
		lines := slices.Collect(strings.Lines(p.Minimal()))
		assert.LessOrEqual(t, len(lines), 10, "%s: what a user writes has become long", name)
	}
}

func TestCellsStayInTheirTable(t *testing.T) {
	assert.Equal(t, `a\|b c`, cell("a|b\n c"))
}

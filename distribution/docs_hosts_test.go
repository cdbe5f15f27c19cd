// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Examples are run by people who forget to change something. What they forget
// must not send their token to a tenant of somebody else.
var (
	addressDefault = regexp.MustCompile(`\$\{env:\w*(?:_ENDPOINT|_URL|_BUCKET):-[^}]+\}`)
	hostDefault    = regexp.MustCompile(`\$\{env:\w+:-(?:https?://)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)[^}]*\}`)
	reservedHost   = regexp.MustCompile(`(?:^|\.)(?:example|invalid|test|localhost|example\.(?:com|net|org))$|^[0-9.]+$`)
	oktaTenant     = regexp.MustCompile(`([\w-]+)\.okta(?:preview)?\.com|preset: okta,?\s+(?:#\s+)?params: \{org: ([^}]*)\}`)
)

func TestNoExampleSendsATokenToSomebodyElse(t *testing.T) {
	for name, text := range examples(t) {
		assert.NotRegexp(t, addressDefault, text, "%s: an address with a default is asked with the user's token when the variable is forgotten", name)
		for _, match := range hostDefault.FindAllStringSubmatch(text, -1) {
			assert.Regexp(t, reservedHost, match[1], "%s: %s is somebody's", name, match[0])
		}
		for _, match := range oktaTenant.FindAllStringSubmatch(text, -1) {
			assert.Equal(t, "YOUR_ORG", match[1]+match[2], "%s: %s may be somebody's", name, match[0])
		}
	}
}

// examples are the texts that people copy: shipped configurations, and blocks of
// pages that are not generated from the catalogue.
func examples(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, folder := range []string{"distribution/config", "packaging", "charts/otelcol-audit"} {
		require.NoError(t, fs.WalkDir(os.DirFS(root), folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.Contains(name, "/tests/") {
				return err
			}
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			texts[name] = string(text)
			return err
		}))
	}
	for _, d := range documents(t) {
		for _, b := range d.blocks() {
			if !strings.HasPrefix(d.name, "docs/presets/") {
				texts[d.name] += b.text
			}
		}
	}
	require.Greater(t, len(texts), 40)
	return texts
}

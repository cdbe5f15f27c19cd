// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package otelcolaudit_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	usedAction   = regexp.MustCompile(`(?m)^\s*(?:-\s*)?uses:\s*(\S+)(.*)$`)
	pinnedAction = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
)

// TestActionsArePinned: a tag can be moved to other code, a commit can't.
func TestActionsArePinned(t *testing.T) {
	files, err := filepath.Glob(".github/workflows/*.y*ml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range usedAction.FindAllStringSubmatch(string(text), -1) {
			assert.Regexp(t, pinnedAction, m[1], file)
			assert.Contains(t, m[2], "# v", "%s: %s: say which version it is", file, m[1])
		}
		assert.Contains(t, string(text), "\npermissions:\n  contents: read\n", "%s: no more rights than these", file)
	}
}

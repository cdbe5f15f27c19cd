// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package pages

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/presets"
)

// TestTheShareOfKnownLogsThatAPresetReads holds what the catalogue promises. That
// each preset works is the conformance test's to say.
func TestTheShareOfKnownLogsThatAPresetReads(t *testing.T) {
	var logs []known
	require.NoError(t, readYAML(os.DirFS(presetsDir), "known.yaml", &logs))
	withPreset, all := share(logs)
	assert.GreaterOrEqual(t, all, 82, "a known log is never struck off the list")
	assert.GreaterOrEqual(t, withPreset, 77)

	var reasons []unpolled
	require.NoError(t, readYAML(os.DirFS(presetsDir), "unpolled.yaml", &reasons))
	why := map[string]string{}
	for _, r := range reasons {
		why[r.Log] = r.Why
	}
	readBy := map[string]string{}
	titles := map[string]bool{}
	for _, l := range logs {
		assert.False(t, titles[l.Log], "%s stands twice", l.Log)
		titles[l.Log] = true
		if l.Unpolled {
			assert.NotEmpty(t, why[l.Log], "%s has no preset and no reason in unpolled.yaml", l.Log)
			assert.Empty(t, l.Presets, l.Log)
			continue
		}
		assert.NotEmpty(t, l.Presets, l.Log)
		for _, name := range l.Presets {
			_, err := presets.Get(name)
			require.NoError(t, err, l.Log)
			assert.Empty(t, readBy[name], "%s reads two logs", name)
			readBy[name] = l.Log
		}
	}
	for _, name := range presets.Names() {
		assert.NotEmpty(t, readBy[name], "preset %s reads a log that known.yaml does not have", name)
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOnlyKnownLicencesAreLinked: nothing that asks the user for more than a
// notice, and nothing that says nothing.
func TestOnlyKnownLicencesAreLinked(t *testing.T) {
	modules, err := linked(t.Context(), "..")
	require.NoError(t, err)
	require.Greater(t, len(modules), 100)
	for _, m := range modules {
		assert.NotEmpty(t, m.Licences, "%s %s: no licence that is known in %d files", m.Path, m.Version, len(m.Files))
		assert.Subset(t, allowed, m.Licences, m.Path)
	}
	text, err := billOfMaterials("v1.2.3", modules)
	require.NoError(t, err)
	var b bom
	require.NoError(t, json.Unmarshal(text, &b))
	assert.Len(t, b.Components, len(modules)+1)
	assert.Equal(t, "pkg:golang/"+own+"@v1.2.3", b.Metadata.Component.PURL)
	for _, c := range b.Components {
		assert.NotEmpty(t, c.Version, c.Name)
		assert.NotEmpty(t, c.Licences, c.Name)
	}
	notices, err := licenceTexts("v1.2.3", modules)
	require.NoError(t, err)
	for _, m := range modules {
		assert.Contains(t, string(notices), "\n"+m.Path+" "+m.Version+" (")
	}
}

func TestLicencesAreRecognised(t *testing.T) {
	for text, want := range map[string][]string{
		"Apache License\n  Version 2.0, January 2004 ... GNU General Public License": {"Apache-2.0"},
		"GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3":                               {"AGPL-3.0"},
		"GNU GENERAL PUBLIC LICENSE Version 2":                                       {"GPL-3.0"},
		"Mozilla Public License Version 2.0 ... GNU Lesser General Public License":   {"MPL-2.0"},
		"Business Source License 1.1":                                                {"BUSL-1.1"},
		"all rights reserved":                                                        nil,
		"Redistributions of source code must retain the above copyright notice ...":  {"BSD-2-Clause"},
	} {
		assert.Equal(t, want, licences(map[string]string{"LICENSE": text}), text)
	}
	assert.Empty(t, licences(map[string]string{"NOTICE": "Apache License Version 2.0"}), "a notice is no licence")
}

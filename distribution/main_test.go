// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCommandsHaveOneOfEachName(t *testing.T) {
	names := map[string]bool{}
	for _, c := range newCommand(settings()).Commands() {
		assert.False(t, names[c.Name()], c.Name())
		names[c.Name()] = true
	}
	assert.Subset(t, names, map[string]bool{"validate": true, "components": true, "print-config": true})
}

func TestVersionFlag(t *testing.T) {
	var out bytes.Buffer
	c := newCommand(settings())
	c.SetOut(&out)
	c.SetArgs([]string{"--version"})
	require.NoError(t, c.Execute())
	assert.Equal(t, "otelcol-audit version dev\n", out.String())
}

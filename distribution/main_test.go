// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
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

func TestHelpFitsAScreen(t *testing.T) {
	var look func(command *cobra.Command)
	look = func(command *cobra.Command) {
		help := command.UsageString()
		assert.Less(t, strings.Count(help, "\n"), 50, command.CommandPath())
		for _, line := range strings.Split(help, "\n") {
			assert.Less(t, len(line), 400, command.CommandPath())
		}
		for _, sub := range command.Commands() {
			look(sub)
		}
	}
	look(newCommand(settings()))
}

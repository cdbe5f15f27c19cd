// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// run runs a command line in this process and returns what it prints.
func run(args ...string) (string, error) {
	var out bytes.Buffer
	c := newCommand(settings())
	c.SilenceErrors = true
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(args)
	err := c.Execute()
	return out.String(), err
}

// golden compares text with a file, or writes it.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run the test with -update to write the file")
	assert.Equal(t, string(want), text)
}

const lintBase = "testdata/lint/base.yaml"

func TestValidateFlagsLossyPipelines(t *testing.T) {
	files, err := filepath.Glob("testdata/lint/lossy/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 20)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			out, err := run("validate", "--config", lintBase, "--config", file)
			require.NoError(t, err)
			assert.Contains(t, out, "warning ")
			golden(t, strings.TrimSuffix(file, ".yaml")+".golden", out)
			_, err = run("validate", "--strict", "--config", lintBase, "--config", file)
			assert.ErrorContains(t, err, "warning")
		})
	}
}

func TestValidatePassesSafePipelines(t *testing.T) {
	files, err := filepath.Glob("testdata/lint/safe/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			out, err := run("validate", "--strict", "--config", lintBase, "--config", file)
			require.NoError(t, err)
			assert.Equal(t, "The configuration is valid. An event counts as delivered when the destination has it.\n", out)
		})
	}
}

// TestShippedConfigsAreSafe holds that no example that we ship loses events.
func TestShippedConfigsAreSafe(t *testing.T) {
	files, err := filepath.Glob("config/*.yaml")
	require.NoError(t, err)
	more, err := filepath.Glob("config/*/*.yaml")
	require.NoError(t, err)
	variable := regexp.MustCompile(`\$\{env:([A-Z0-9_]+)\}`)
	for _, file := range append(files, more...) {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, match := range variable.FindAllStringSubmatch(string(text), -1) {
				t.Setenv(match[1], valueOf(match[1]))
			}
			out, err := run("validate", "--strict", "--config", file)
			require.NoError(t, err, out)
		})
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// mutant is a defect that is planted into the engine. The simulation has to
// catch it, or it proves nothing.
type mutant struct {
	// Name says what the defect does; Why where it comes from.
	Name string `yaml:"name"`
	Why  string `yaml:"why"`
	// File is the file below internal/ in which the one place with the text Old
	// gets the text New.
	File string `yaml:"file"`
	Old  string `yaml:"old"`
	New  string `yaml:"new"`
	// Turns says that the defect makes the engine turn without waiting.
	Turns bool `yaml:"turns"`
	// First are seeds that are known to catch it, to be quick.
	First string `yaml:"first"`
}

const (
	// mutantSeeds is how many worlds a mutant may survive at most.
	mutantSeeds = "2000"
	// mutantTime ends a mutant that makes the engine turn without waiting.
	mutantTime = "300s"
	// sample is how many mutants a short run tries.
	sample = 6
)

// TestMutants plants known defects, one at a time, and wants each to be caught.
func TestMutants(t *testing.T) {
	mutants := readMutants(t)
	assert.GreaterOrEqual(t, len(mutants), 30)
	step := 1
	if testing.Short() {
		step = (len(mutants) + sample - 1) / sample
	}
	slots := make(chan struct{}, 2)
	for i := 0; i < len(mutants); i += step {
		m := mutants[i]
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			m.mustBeCaught(t)
		})
	}
}

// TestMutantsFit tells at every run whether the engine has moved away from under
// a mutant, though few of them are built then.
func TestMutantsFit(t *testing.T) {
	for _, m := range readMutants(t) {
		_, text := m.text(t)
		_, err := parser.ParseFile(token.NewFileSet(), m.File, strings.Replace(text, m.Old, m.New, 1), parser.SkipObjectResolution)
		assert.NoError(t, err, m.Name)
	}
}

func readMutants(t *testing.T) (all []mutant) {
	t.Helper()
	files, err := filepath.Glob("mutants/*.yaml")
	require.NoError(t, err)
	names := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var some []mutant
		d := yaml.NewDecoder(bytes.NewReader(data))
		d.KnownFields(true)
		require.NoError(t, d.Decode(&some), file)
		for _, m := range some {
			assert.False(t, names[m.Name], "two mutants are called %q", m.Name)
			names[m.Name] = true
		}
		all = append(all, some...)
	}
	return all
}

func (m mutant) mustBeCaught(t *testing.T) {
	t.Helper()
	binary := m.build(t)
	began := time.Now()
	args := []string{"-test.run=^(TestFixed|TestSimulation)$", "-test.timeout=" + mutantTime, "-test.failfast", "-stop", "-first=" + m.First, "-seeds=" + mutantSeeds}
	out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
	require.Error(t, err, "survived %s worlds: %s", mutantSeeds, m.Why)
	if !m.Turns {
		require.NotContains(t, string(out), "test timed out", "survived for %s: %s", mutantTime, m.Why)
	}
	t.Logf("caught after %v: %s", time.Since(began).Round(time.Millisecond), verdict(string(out)))
}

// statement finds the statement of the oracle that a line is about.
var statement = regexp.MustCompile(`\b[OF]\d+: `)

// verdict is the line of the output that says what was wrong.
func verdict(out string) string {
	for line := range strings.Lines(out) {
		if statement.MatchString(line) || strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			return strings.TrimSpace(line)
		}
	}
	return "no verdict"
}

// build makes the simulation with the defect in it.
func (m mutant) build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	original, text := m.text(t)
	mutated := filepath.Join(dir, "mutated.go")
	require.NoError(t, os.WriteFile(mutated, []byte(strings.Replace(text, m.Old, m.New, 1)), 0o600))
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutated}})
	require.NoError(t, err)
	overlayFile, binary := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "sim.test")
	require.NoError(t, os.WriteFile(overlayFile, overlay, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlayFile, "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, "does not compile:\n%s", out)
	return binary
}

// text is the file that the mutant changes, and where it is.
func (m mutant) text(t *testing.T) (path, text string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", filepath.FromSlash(m.File)))
	require.NoError(t, err)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(data), m.Old), "%q in %s: the text to replace must be there once; the engine has changed, so change the mutant", m.Name, m.File)
	return path, string(data)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

const (
	patience = 90 * time.Second // the machine may be busy
	tick     = 20 * time.Millisecond
	// quiet is laid over each config: two collectors can't both have the port of
	// the Collector's own metrics.
	quiet = "yaml:service::telemetry::metrics::level: none"
)

// output is what a process has written so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// collector is a running otelcol-audit.
type collector struct {
	*rig.Process
	log *output
}

// startCollector starts otelcol-audit with configs: files, or yaml: and text.
// It is killed at the end of the test, and its log is shown if the test failed.
func startCollector(t *testing.T, env []string, configs ...string) *collector {
	t.Helper()
	args := []string{}
	for _, config := range append(configs, quiet) {
		args = append(args, "--config", config)
	}
	c := &collector{log: &output{}}
	var err error
	c.Process, err = rig.Start(t.Context(), rig.Program{Path: collectorBin, Args: args, Env: env, Stderr: c.log})
	require.NoError(t, err)
	t.Cleanup(func() {
		c.Kill()
		if t.Failed() {
			t.Logf("otelcol-audit %s:\n%s", strings.Join(args, " "), c.log)
		}
	})
	return c
}

// waitReady waits until the pipelines run.
func (c *collector) waitReady(t *testing.T) {
	t.Helper()
	c.waitFor(t, "the collector is up", func() bool { return strings.Contains(c.log.String(), "Everything is ready") })
}

// waitFor waits for a condition, as long as the collector lives.
func (c *collector) waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	met := func() bool {
		ended, _ := c.Ended()
		return ended || ok()
	}
	require.Eventually(t, met, patience, tick, what)
	ended, err := c.Ended()
	require.False(t, ended, "otelcol-audit has ended by itself: %v", err)
}

// shutDown ends the collector as an operator would.
func (c *collector) shutDown(t *testing.T) {
	t.Helper()
	assert.NoError(t, c.Stop(30*time.Second))
}

// freeAddress is an address on the loopback interface that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := rig.FreeAddress(t.Context())
	require.NoError(t, err)
	return address
}

// write writes a file into a new folder.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// lines reads what the file exporter wrote, all of it each time.
func lines(t *testing.T, path string) func() []rig.Record {
	return func() []rig.Record {
		tail := rig.Tail{Path: path}
		records, err := tail.Next()
		assert.NoError(t, err)
		return records
	}
}

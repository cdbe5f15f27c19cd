// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxResident is what three sources may cost, whatever they are sent.
const maxResident = 128 << 20

// bombedSource is a source whose vendor is evil.
const bombedSource = `
  restaudit/%[1]s:
    endpoint: %[2]s/%[1]s
    timeout: 4s
    poll_interval: 20ms
    retry: {initial_interval: 10ms, max_interval: 20ms}
    response: {records: events, id: id, timestamp: time}
    attributes: {list: list}
`

// TestBombsCostAFewPages: no answer of a vendor ends the process or makes it
// large, and each source goes on at its next poll.
func TestBombsCostAFewPages(t *testing.T) {
	t.Parallel()
	vendor := startEvilVendor(t, bombs(t))
	names := []string{"a", "bb", "ccc"}
	var sources strings.Builder
	for _, name := range names {
		fmt.Fprintf(&sources, bombedSource, name, vendor.url)
	}
	out := filepath.Join(t.TempDir(), "out.jsonl")
	c := startCollector(t, nil, write(t, "otel.yaml", fmt.Sprintf(`
receivers:%s
exporters: {file: {path: %q}}
service: {pipelines: {logs: {receivers: [restaudit/a, restaudit/bb, restaudit/ccc], exporters: [file]}}}
`, sources.String(), out)))
	records := lines(t, out)
	for _, name := range names {
		c.waitFor(t, name+" has survived", func() bool { return vendor.survived("/" + name) })
		c.waitFor(t, name+" goes on", func() bool {
			for _, r := range records() {
				if r.Source == "restaudit/"+name && r.UID == "good" {
					return true
				}
			}
			return false
		})
	}
	peak := peakResident(t, c.Pid())
	t.Logf("peak of the resident set: %d MiB", peak>>20)
	assert.Less(t, peak, int64(maxResident))
	c.shutDown(t)
	for line := range strings.Lines(c.log.String()) {
		assert.Regexp(t, logLine, line)
		assert.Less(t, len(line), 2000)
		assert.NotContains(t, line, "injected")
	}
	for _, r := range records() {
		assert.NotEqual(t, "bad", r.UID, "half of a page")
	}
}

// logLine is the start of each line of the Collector's log, or of one of a library.
var logLine = regexp.MustCompile(`^\{"level":"info"|^\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d{4})\t(debug|info|warn|error)\t`)

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakResident is the largest resident set that a process has had.
func peakResident(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("this system does not say how large a process was")
	}
	m := highWater.FindSubmatch(status)
	require.NotNil(t, m, "%s", status)
	kilobytes, err := strconv.ParseInt(string(m[1]), 10, 64)
	require.NoError(t, err)
	return kilobytes << 10
}

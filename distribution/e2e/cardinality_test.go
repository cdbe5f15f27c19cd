// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const gossipConfig = `
extensions: {file_storage: {directory: %q, create_directory: true}}
receivers:
  restaudit/gossip:
    endpoint: %s/logs
    storage: file_storage
    poll_interval: 10ms
    retry: {initial_interval: 1ms, max_interval: 2ms}
    pagination: {type: next_url, persistent: true, next_url_path: next}
    response: {records: events, id: id, timestamp: time, event_name: type, severity: severity}
    attributes: {text: text}
exporters: {nop: {}}
service:
  extensions: [file_storage]
  telemetry: {metrics: {level: %s, readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: %s}}}}]}}
  pipelines: {logs: {receivers: [restaudit/gossip], exporters: [nop]}}
`

// gossipPages of a thousand records have a million values of ids, names,
// severities and texts.
const gossipPages = 250

// TestAVendorMakesNoMetricSeries (S9): once everything has happened that can
// happen, a million new words of the vendor's make not one new series. At the
// most detailed level the Collector's own metrics of its HTTP clients tell the
// three digits of the status, and nothing else of what a vendor says.
func TestAVendorMakesNoMetricSeries(t *testing.T) {
	t.Parallel()
	status := regexp.MustCompile(`http_response_status_code="\d{3}"`)
	for level, exempt := range map[string]*regexp.Regexp{"normal": nil, "detailed": status} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			vendor, metrics := startGossip(t), freeAddress(t)
			_, port, _ := strings.Cut(metrics, ":")
			c := &collector{log: &output{}}
			startQuietly(t, c, write(t, "otel.yaml", fmt.Sprintf(gossipConfig, filepath.Join(t.TempDir(), "state"), vendor.url, level, port)))
			c.waitFor(t, "everything has happened", func() bool { _, turns := vendor.told(); return turns >= 3 })

			before := series(get(t, "http://"+metrics+"/metrics"), exempt)
			pages, _ := vendor.told()
			c.waitFor(t, "the vendor has told a million words", func() bool { now, _ := vendor.told(); return now >= pages+gossipPages })
			after := series(get(t, "http://"+metrics+"/metrics"), exempt)

			require.Contains(t, after, "otelcol_restaudit_records")
			for name, labels := range after {
				assert.Subset(t, before[name], labels, "new series of %s", name)
			}
			c.shutDown(t)
		})
	}
}

// series are the label sets by metric in a page of metrics, without the label
// that is exempt.
func series(page string, exempt *regexp.Regexp) map[string][]string {
	found := map[string][]string{}
	for line := range strings.Lines(page) {
		name, labels, ok := strings.Cut(line, "{")
		if !ok || line[0] == '#' {
			continue
		}
		labels = labels[:strings.LastIndexByte(labels, '}')]
		if exempt != nil {
			labels = exempt.ReplaceAllString(labels, "")
		}
		if !slices.Contains(found[name], labels) {
			found[name] = append(found[name], labels)
		}
	}
	return found
}

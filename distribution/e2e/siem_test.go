// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// often polls Okta as often as tests are patient.
const often = "yaml:receivers::restaudit/okta::poll_interval: 200ms"

// deliverOkta runs a config of ../config until the destination has all that Okta
// has, and returns what came. received reads the destination.
func deliverOkta(t *testing.T, config string, env []string, received func() []rig.Record) (*vendor, []rig.Record) {
	t.Helper()
	okta := startVendor(t, vendorsim.Okta)
	env = append(env, "STATE_DIR="+t.TempDir(), "OKTA_ENDPOINT="+okta.url+"/api/v1/logs",
		"OKTA_API_TOKEN="+vendorsim.DefaultCredentials(vendorsim.Okta).Token)
	c := startCollector(t, env, filepath.Join("..", "config", config), often)
	c.waitFor(t, "all events have arrived", func() bool { return okta.complete(received()) })
	c.shutDown(t)
	return okta, received()
}

func TestFileGetsEachEventOnce(t *testing.T) {
	t.Parallel()
	events := filepath.Join(t.TempDir(), "new", "events.jsonl")
	okta, got := deliverOkta(t, "file.yaml", []string{"EVENTS_FILE=" + events}, lines(t, events))
	okta.assertExact(t, got, time.Nanosecond)
	for _, r := range got {
		assert.Equal(t, "restaudit/okta", r.Source)
		assert.Equal(t, "okta", r.Resource["restaudit.vendor"])
		assert.NotEmpty(t, r.Attributes["user.name"])
		assert.False(t, r.Observed.Before(r.Time))
	}
}

// second is a collector that takes something in and writes it to a file.
const second = `
receivers:
  %s
exporters:
  file: {path: "%s", rotation: {max_megabytes: 1000}}
service:
  pipelines:
    logs: {receivers: [%s], exporters: [file]}
`

// startSecond starts a second collector. It returns where it listens and what it
// has received.
func startSecond(t *testing.T, receiver, settings string) (address string, received func() []rig.Record) {
	t.Helper()
	address = freeAddress(t)
	events := filepath.Join(t.TempDir(), "events.jsonl")
	text := fmt.Sprintf(second, receiver+": "+fmt.Sprintf(settings, address), events, receiver)
	startCollector(t, nil, write(t, "second.yaml", text)).waitReady(t)
	return address, lines(t, events)
}

func TestOTLPGetsEachEventOnce(t *testing.T) {
	t.Parallel()
	address, received := startSecond(t, "otlp", "{protocols: {http: {endpoint: %s}}}")
	okta, got := deliverOkta(t, "otlp.yaml", []string{"OTLP_ENDPOINT=http://" + address, "OTLP_TOKEN=x"}, received)
	okta.assertExact(t, got, time.Nanosecond)
}

func TestSplunkGetsEachEventOnce(t *testing.T) {
	t.Parallel()
	address, received := startSecond(t, "splunk_hec", "{endpoint: %s}")
	env := []string{"SPLUNK_HEC_URL=http://" + address + "/services/collector", "SPLUNK_HEC_TOKEN=x"}
	okta, got := deliverOkta(t, "splunk.yaml", env, received)
	for i := range got {
		assert.Equal(t, "OktaIM2:log", got[i].Resource["com.splunk.sourcetype"])
		got[i].EventName = got[i].Attributes["event.name"]
	}
	okta.assertExact(t, got, time.Millisecond)
}

func TestElasticsearchGetsEachEventOnce(t *testing.T) {
	t.Parallel()
	es := startElastic(t)
	okta, got := deliverOkta(t, "elastic.yaml", []string{"ELASTICSEARCH_URL=" + es.url, "ELASTICSEARCH_API_KEY=x"}, es.records)
	okta.assertExact(t, got, time.Millisecond)
	assert.Positive(t, es.conflicts, "no document came a second time")
	assert.True(t, es.refused, "no document was refused")
	for _, d := range es.docs {
		assert.Equal(t, "logs-okta.system.otel-default", d.stream)
		assert.Equal(t, d.id, d.record.UID)
	}
}

func TestSyslogGetsEachEventOnce(t *testing.T) {
	t.Parallel()
	server := startSyslog(t)
	host, port, err := net.SplitHostPort(server.address)
	assert.NoError(t, err)
	env := []string{"SYSLOG_HOST=" + host, "SYSLOG_PORT=" + port, "SYSLOG_PLAIN=true"}
	okta, got := deliverOkta(t, "syslog.yaml", env, server.records)
	okta.assertExact(t, got, time.Microsecond)
}

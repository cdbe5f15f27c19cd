// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// countdown is a pipeline that tells when so many records have come.
type countdown struct {
	left int
	done chan struct{}
}

func (c *countdown) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (c *countdown) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	if c.left -= logs.LogRecordCount(); c.left == 0 {
		close(c.done)
	}
	return nil
}

// BenchmarkPoll is one whole poll of 20,000 events over loopback HTTP, with the
// server's work in it: from the first request to the last record accepted.
func BenchmarkPoll(b *testing.B) {
	const events = 20_000
	server := httptest.NewServer(vendorsim.NewBench(vendorsim.BenchOptions{Events: events}))
	defer server.Close()
	text := `
endpoint: ` + server.URL + `/bench/v1/logs
pagination: {type: link, persistent: true, limit_param: limit, page_size: 1000}
response: {id: uuid, timestamp: published, message: displayMessage, event_name: eventType}
attributes: {user.name: actor.alternateId, client.address: client.ipAddress}
`
	b.ReportAllocs()
	for b.Loop() {
		cfg, err := load(b, text)
		require.NoError(b, err)
		sink := &countdown{left: events, done: make(chan struct{})}
		r, err := NewFactory().CreateLogs(b.Context(), receivertest.NewNopSettings(metadata.Type), cfg, sink)
		require.NoError(b, err)
		require.NoError(b, r.Start(b.Context(), componenttest.NewNopHost()))
		<-sink.done
		require.NoError(b, r.Shutdown(b.Context()))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
}

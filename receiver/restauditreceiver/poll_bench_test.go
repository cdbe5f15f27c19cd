// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
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

// replay answers each request as it was answered the first time, so that a
// benchmark measures the client and not the server.
type replay struct {
	server http.Handler
	mu     sync.Mutex
	known  map[string]*httptest.ResponseRecorder
}

func (h *replay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	answer, ok := h.known[r.URL.RawQuery]
	if !ok {
		answer = httptest.NewRecorder()
		h.server.ServeHTTP(answer, r)
		h.known[r.URL.RawQuery] = answer
	}
	maps.Copy(w.Header(), answer.Header())
	_, _ = w.Write(answer.Body.Bytes())
}

// BenchmarkPoll is one whole poll of 20,000 events over loopback HTTP, from the
// first request to the last record accepted: uid, event time, name, message and
// six attributes.
func BenchmarkPoll(b *testing.B) {
	const events = 20_000
	pages := vendorsim.NewBench(vendorsim.BenchOptions{Events: events})
	server := httptest.NewServer(&replay{server: pages, known: map[string]*httptest.ResponseRecorder{}})
	defer server.Close()
	text := `
endpoint: ` + server.URL + `/bench/v1/logs
pagination: {type: link, persistent: true, limit_param: limit, page_size: 1000}
response: {id: uuid, timestamp: published, message: displayMessage, event_name: eventType}
attributes:
  {user.name: actor.alternateId, user.id: actor.id, user.full_name: actor.displayName, client.address: client.ipAddress,
   session.id: authenticationContext.externalSessionId, okta.outcome.result: outcome.result}
`
	pollOnce(b, text, events)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		pollOnce(b, text, events)
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N*events), "allocs/event")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
}

// pollOnce runs a receiver until it has delivered so many events.
func pollOnce(b *testing.B, text string, events int) {
	b.Helper()
	cfg, err := load(b, text)
	require.NoError(b, err)
	sink := &countdown{left: events, done: make(chan struct{})}
	r, err := NewFactory().CreateLogs(b.Context(), receivertest.NewNopSettings(metadata.Type), cfg, sink)
	require.NoError(b, err)
	require.NoError(b, r.Start(b.Context(), componenttest.NewNopHost()))
	<-sink.done
	require.NoError(b, r.Shutdown(b.Context()))
}

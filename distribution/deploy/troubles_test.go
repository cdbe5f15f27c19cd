// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// trouble is what befalls one source.
type trouble struct {
	source   map[string]any
	exporter string
	// alerts are what must fire; none for a source without trouble.
	alerts []string
}

// poison is the id of the event that the destination never takes.
const poison = "offset-000000000007"

// troubles are the sources by name. Each has a simulated vendor of its own.
func troubles(t *testing.T) map[string]trouble {
	t.Helper()
	fault := func(kind vendorsim.Kind) vendorsim.Fault {
		return vendorsim.Fault{Kind: kind, Prob: 1, Delay: time.Second}
	}
	later := func(f vendorsim.Fault) vendorsim.Fault { f.Skip = 8; return f }
	set := func(source map[string]any, keys map[string]any) map[string]any {
		maps.Copy(source, keys)
		return source
	}
	return map[string]trouble{
		"healthy": {source: polling(vendor(t, 20)), exporter: "nop"},
		"quiet":   {source: polling(vendor(t, 0)), exporter: "nop"},
		"down": {
			source:   polling(vendor(t, 20, vendorsim.Fault{Kind: vendorsim.FaultServerError, Skip: 8, Next: 1 << 20})),
			exporter: "nop", alerts: standing,
		},
		"never-up": {source: polling(vendor(t, 20, fault(vendorsim.FaultReset))), exporter: "nop", alerts: []string{"AuditSourceNotPolled"}},
		"locked-out": {
			source:   polling(vendor(t, 20, later(fault(vendorsim.FaultUnauthorized)))),
			exporter: "nop", alerts: []string{"AuditCredentialsRefused"},
		},
		"misdirected": {
			source:   set(polling(vendor(t, 20)), map[string]any{"request": map[string]any{"query": map[string]any{"no_such": "parameter"}}}),
			exporter: "nop", alerts: []string{"AuditRequestRefused"},
		},
		"login-page": {source: polling(vendor(t, 20, fault(vendorsim.FaultHTML))), exporter: "nop", alerts: []string{"AuditAnswerUnusable"}},
		"limited":    {source: polling(vendor(t, 20, fault(vendorsim.FaultRateLimit))), exporter: "nop", alerts: []string{"AuditRateLimited"}},
		"too-late": {
			source: set(polling(vendor(t, 20, vendorsim.Fault{Kind: vendorsim.FaultServerError, Skip: 8, Next: 20})),
				map[string]any{"retention": "3s"}),
			exporter: "nop", alerts: []string{"AuditGap"},
		},
		"poisoned": {
			// 15 minutes, as by default.
			source:   set(polling(vendor(t, 20)), map[string]any{"on_permanent_error": map[string]any{"quarantine_after": "3750ms"}}),
			exporter: "otlp_http/one", alerts: []string{"AuditRecordsQuarantined", "AuditGap", "AuditRecordsHeld", "AuditDestinationRefuses"},
		},
		"unwanted": {
			source:   set(polling(vendor(t, 20)), map[string]any{"on_permanent_error": map[string]any{"action": "hold"}}),
			exporter: "otlp_http/refusing", alerts: []string{"AuditRecordsHeld", "AuditDestinationRefuses"},
		},
		"pushed-back": {source: polling(vendor(t, 20)), exporter: "otlp_http/busy", alerts: []string{"AuditDestinationRefuses"}},
		"waiting":     {source: polling(vendor(t, 20)), exporter: "otlp_http/retrying", alerts: []string{"AuditDestinationRefuses"}},
		"forgetful": {
			source:   set(polling(vendor(t, 20)), map[string]any{"storage": "s3checkpoint"}),
			exporter: "nop", alerts: []string{"AuditCheckpointFailing"},
		},
		"in-circles": {source: circling(t), exporter: "nop", alerts: []string{"AuditIncident"}},
	}
}

// vendor starts a simulated vendor that shows events at a rate, and some old ones.
func vendor(t *testing.T, rate float64, faults ...vendorsim.Fault) string {
	t.Helper()
	sim := vendorsim.New(vendorsim.Options{
		Defaults: vendorsim.VendorOptions{Log: vendorsim.LogConfig{Rate: rate, Backlog: 40, BacklogSpan: time.Minute}},
	})
	for _, fault := range faults {
		require.NoError(t, sim.SetFault(vendorsim.Offset, fault))
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return server.URL + "/offset/v1/audit/events"
}

// polling is a source at a vendor's URL. It is as impatient as the alerts are.
func polling(url string) map[string]any {
	return map[string]any{
		"endpoint": url, "poll_interval": "200ms", "storage": "file_storage", "start_at": "2m", "shutdown_grace": "1s",
		"credentials": map[string]any{"api_key": map[string]any{"value": "sim-offset-token"}},
		"time_filter": map[string]any{"start_param": "from_time", "end_param": "until", "bounds": "inclusive", "overlap": "1s"},
		"pagination":  map[string]any{"type": "offset", "limit_param": "limit", "offset_param": "skip", "page_size": 50},
		"response":    map[string]any{"records": "data.events", "id": "event_id", "timestamp": "event_time"},
		"retry":       map[string]any{"initial_interval": "100ms", "max_interval": "400ms"},
	}
}

// circling is a source at a vendor whose next page is always the same.
func circling(t *testing.T) map[string]any {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		at := time.Now().UTC().Format(time.RFC3339)
		_, _ = io.WriteString(w, `{"events":[{"id":"1","at":"`+at+`"}],"next":"again"}`)
	}))
	t.Cleanup(server.Close)
	return map[string]any{
		"endpoint": server.URL, "poll_interval": "200ms", "storage": "file_storage", "shutdown_grace": "1s",
		"credentials": map[string]any{"bearer": "token-of-the-test"},
		"pagination":  map[string]any{"type": "cursor", "cursor_param": "cursor", "cursor_path": "next"},
		"response":    map[string]any{"records": "events", "id": "id", "timestamp": "at"},
	}
}

// failingS3 starts a store that takes some writes and then none.
func failingS3(t *testing.T) string {
	t.Helper()
	store := s3sim.New("audit")
	store.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Method: http.MethodPut, After: 6, Count: -1})
	server := httptest.NewServer(store)
	t.Cleanup(server.Close)
	return server.URL
}

// destination starts a server for logs that is busy, refuses everything for
// good, or one event, by the path.
func destination(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		switch {
		case err != nil, r.URL.Path == "/busy/v1/logs":
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/refusing/v1/logs", bytes.Contains(body, []byte(`"`+poison+`"`)):
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

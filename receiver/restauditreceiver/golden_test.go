// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

// oktaAttributes are six typical attributes and where they are in an event.
var oktaAttributes = []record.Attribute{
	{Name: "user.email", Paths: []string{"actor.alternateId"}},
	{Name: "user.id", Paths: []string{"actor.id"}},
	{Name: "client.address", Paths: []string{"client.ipAddress"}},
	{Name: "user_agent.original", Paths: []string{"client.userAgent.rawUserAgent"}},
	{Name: "client.as.number", Paths: []string{"securityContext.asNumber"}},
	{Name: "user.roles", Paths: []string{"roles", "transaction.type"}},
}

func oktaNames() (names []string) {
	for _, a := range oktaAttributes {
		names = append(names, a.Name)
	}
	return names
}

// oktaRecords are the records of the page in testdata.
func oktaRecords(tb testing.TB) []record.Record {
	tb.Helper()
	settings := record.Settings{
		ID: []string{"uuid"}, Time: []string{"published"}, EventName: []string{"eventType"},
		Message: []string{"displayMessage"}, Severity: []string{"severity"}, Attributes: oktaAttributes,
		MaxFuture: 24 * time.Hour,
	}
	builder, err := record.NewBuilder(settings)
	require.NoError(tb, err)
	decoder, err := page.NewDecoder(page.Settings{Fields: settings.Fields()})
	require.NoError(tb, err)
	body, err := os.ReadFile(filepath.Join("testdata", "emit", "page.json"))
	require.NoError(tb, err)
	p, err := decoder.Decode(string(body))
	require.NoError(tb, err)
	return builder.Build(p, testObserved)
}

func TestEmittedLogsAreGolden(t *testing.T) {
	for _, body := range []string{bodyRaw, bodyMap, bodyMessage} {
		e := newEmitter(emitSettings{
			body: body, attributes: oktaNames(), documentID: true, version: "1.2.3",
			resource: map[string]string{"restaudit.source": "restaudit/okta", "data_stream.dataset": "okta.system"},
		})
		golden(t, body+".json", e.logs(oktaRecords(t), testObserved))
	}
	gap := source.Gap{
		From: testTime.Add(-time.Hour), To: testTime, Reason: source.GapRetention,
		Detail: "the vendor keeps 90 days", UID: "gap:1",
	}
	golden(t, "gap.json", newEmitter(emitSettings{documentID: true}).gapLogs(gap, testObserved))
	golden(t, "gap_open.json", newEmitter(emitSettings{}).gapLogs(source.Gap{UID: "gap:2", Reason: "x\xff"}, testObserved))
	golden(t, "probe.json", newEmitter(emitSettings{}).probeLogs(testObserved))
}

// golden compares logs with a file of OTLP JSON.
func golden(t *testing.T, name string, logs plog.Logs) {
	t.Helper()
	checkSound(t, logs)
	otlp, err := (&plog.JSONMarshaler{}).MarshalLogs(logs)
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, json.Indent(&got, otlp, "", "  "))
	got.WriteByte('\n')
	path := filepath.Join("testdata", "emit", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got.Bytes(), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update")
	assert.Equal(t, string(want), got.String(), name)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"bytes"
	"cmp"
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

// oktaNames are six typical attributes; oktaPaths are where an event has its uid,
// event name, message and severity, and then these.
var (
	oktaNames = []string{"user.email", "user.id", "client.address", "user_agent.original", "client.as.number", "user.roles"}
	oktaPaths = [][]string{
		{"uuid"},
		{"eventType"},
		{"displayMessage"},
		{"severity"},
		{"actor.alternateId"},
		{"actor.id"},
		{"client.ipAddress"},
		{"client.userAgent.rawUserAgent"},
		{"securityContext.asNumber"},
		{"roles", "transaction.type"},
	}
)

// oktaRecords are the records of the page in testdata: a whole event, one without
// a time, one with a time that can't be read, and two that are hardly events.
func oktaRecords(tb testing.TB) []record.Record {
	tb.Helper()
	decoder, err := page.NewDecoder(page.Settings{Fields: oktaPaths})
	require.NoError(tb, err)
	body, err := os.ReadFile(filepath.Join("testdata", "emit", "page.json"))
	require.NoError(tb, err)
	p, err := decoder.Decode(string(body))
	require.NoError(tb, err)
	records := make([]record.Record, len(p.Records))
	for i, r := range p.Records {
		records[i] = record.Record{
			Raw: r.Raw, UID: cmp.Or(r.Fields[0].Text(), "sha256:0123456789abcdef"), EventName: r.Fields[1].Text(),
			Message: r.Fields[2].Text(), Severity: r.Fields[3].Text(), Values: r.Fields[4:], Flags: record.TimeMissing,
		}
	}
	records[0].Time, records[0].Flags = testTime, 0
	records[2].Flags = record.TimeInvalid
	return records
}

func TestEmittedLogsAreGolden(t *testing.T) {
	for _, body := range []string{bodyRaw, bodyMap, bodyMessage} {
		e := newEmitter(emitSettings{
			body: body, attributes: oktaNames, documentID: true, version: "1.2.3",
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

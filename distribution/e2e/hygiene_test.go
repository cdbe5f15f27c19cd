// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	collectorlogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"
)

// dirty are records as no vendor should send them. Each has its id at the place
// where the config looks, and a flag where something had to be replaced.
var dirty = []struct{ name, json, flag string }{
	{"invalid UTF-8", "{\"id\":\"d0\",\"actor\":\"a\xff\xfeb\",\"k\xc3\":1}", "restaudit.invalid_utf8"},
	{"an encoded surrogate", "{\"id\":\"d1\",\"actor\":\"\xed\xa0\x80\"}", "restaudit.invalid_utf8"},
	{"a lone surrogate", `{"id":"d2","actor":"a\ud800b"}`, ""},
	{"a NUL", `{"id":"d3","actor":"a\u0000b"}`, ""},
	{"duplicate keys", `{"id":"d4","actor":"first","actor":"second","id":"other"}`, ""},
	{"big integers", `{"id":"d5","actor":12345678901234567890,"n":9007199254740993,"x":1e999}`, ""},
	{"a key of nothing", `{"id":"d6","":"","actor":{"":null}}`, ""},
	{"deep nesting", `{"id":"d7","actor":` + nest(100) + `}`, ""},
	{"control characters", `{"id":"d8","actor":"\u001b[2J\r\n\u202e"}`, ""},
	{"overlong forms and bytes beyond Unicode", "{\"id\":\"d9\",\"actor\":\"\xc0\xaf\xf4\x90\x80\x80\",\"\xf8\":{\"\xfe\":[\"\x80\"]}}", "restaudit.invalid_utf8"},
	{"numbers as they are written", `{"id":"d10","actor":[-0,1E+2,0.1000,-1e400,9223372036854775808,0e99999999]}`, ""},
	{"a byte order mark inside, and what is no character", "{\"id\":\"d11\",\"actor\":\"\ufeff\uffff\U0010ffff\u0085\u009b\",\"\ufeffid\":1}", ""},
	{"a thousand equal keys", `{"id":"d12",` + strings.Repeat(`"actor":"x",`, 1000) + `"Actor":"y"}`, ""},
}

func nest(depth int) string {
	if depth == 0 {
		return `"x"`
	}
	return `{"a":` + nest(depth-1) + `}`
}

// strictSink decodes what it gets as the reference implementation of protobuf
// does, which refuses texts that are not UTF-8.
type strictSink struct {
	t       *testing.T
	mu      sync.Mutex
	records map[string]*logs.LogRecord // by uid
}

// ServeHTTP implements http.Handler.
func (s *strictSink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var batch collectorlogs.ExportLogsServiceRequest
	if !assert.NoError(s.t, proto.Unmarshal(body, &batch)) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, rl := range batch.GetResourceLogs() {
		for _, sl := range rl.GetScopeLogs() {
			for _, lr := range sl.GetLogRecords() {
				s.records[attribute(lr, "log.record.uid").(string)] = lr
			}
		}
	}
}

// attribute is a text or a flag, nil if there is none.
func attribute(lr *logs.LogRecord, key string) any {
	for _, a := range lr.GetAttributes() {
		if a.GetKey() != key {
			continue
		}
		if text := a.GetValue().GetStringValue(); text != "" {
			return text
		}
		return a.GetValue().GetBoolValue()
	}
	return nil
}

func (s *strictSink) get(uid string) *logs.LogRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records[uid]
}

const hygieneConfig = `
receivers:
  restaudit/dirty:
    endpoint: %s
    poll_interval: 50ms
    body: %s
    response: {records: "@this", id: id}
    attributes: {user.name: actor}
exporters: {otlp_http: {endpoint: %s, compression: none}}
service: {pipelines: {logs: {receivers: [restaudit/dirty], exporters: [otlp_http]}}}
`

// TestDirtyTextArrivesAndIsValid: a record is never left out for its text, and
// never makes a batch that a strict decoder refuses.
func TestDirtyTextArrivesAndIsValid(t *testing.T) {
	t.Parallel()
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "\ufeff[")
		for i, d := range dirty {
			if i > 0 {
				_, _ = io.WriteString(w, ",")
			}
			_, _ = io.WriteString(w, d.json)
		}
		_, _ = io.WriteString(w, "]")
	}))
	t.Cleanup(vendor.Close)
	for _, body := range []string{"raw", "map"} {
		t.Run(body, func(t *testing.T) {
			sink := &strictSink{t: t, records: map[string]*logs.LogRecord{}}
			server := httptest.NewServer(sink)
			t.Cleanup(server.Close)
			c := startCollector(t, nil, write(t, "otel.yaml", fmt.Sprintf(hygieneConfig, vendor.URL, body, server.URL)))
			for i, d := range dirty {
				uid := fmt.Sprintf("d%d", i)
				c.waitFor(t, d.name+" has arrived", func() bool { return sink.get(uid) != nil })
				lr := sink.get(uid)
				if body == "raw" && d.flag == "" {
					assert.Equal(t, d.json, lr.GetBody().GetStringValue(), d.name)
				}
				assert.NotNil(t, lr.GetBody().GetValue(), d.name)
				if d.flag != "" {
					assert.Equal(t, true, attribute(lr, d.flag), d.name)
				}
			}
			c.shutDown(t)
		})
	}
}

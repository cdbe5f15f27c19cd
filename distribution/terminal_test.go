// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile would set the title of a terminal, clear it, turn text around and
// write over it.
const hostile = "\x1b]0;title\x07\x1b[2J\u009b31m\u202egnp.exe\rover\u2028\U000e0041\x7fend"

// hostileVendor sends that in each field, and refuses /refused with it.
func hostileVendor(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event := map[string]any{
			"id": "id" + hostile, "name": hostile, "user": map[string]any{"k" + hostile: hostile},
			"at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339),
		}
		answer := map[string]any{"events": []any{event, map[string]any{"id": "out" + hostile}}, "next": "c" + hostile}
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusForbidden)
			answer = map[string]any{"message": "no" + hostile}
		}
		assert.NoError(t, json.NewEncoder(w).Encode(answer))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func hostileConfig(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	config := `
extensions: {file_storage: {directory: DIR}}
receivers:
  restaudit/refused: {endpoint: URL/refused, storage: file_storage}
  restaudit/x:
    endpoint: URL/x
    storage: file_storage
    request: {method: POST, headers: {Content-Type: text/plain}, body: "a\n\tb {params.p}"}
    params: {p: "\e[2J\u202e"}
    pagination: {type: cursor, persistent: true, cursor_param: cursor, cursor_path: next}
    response: {records: events, id: id, timestamp: at, event_name: name, severity: name}
    attributes: {user.name: user, user.id: name}
    exclude_on: ['"out']
exporters: {debug: }
service: {extensions: [file_storage], pipelines: {logs: {receivers: [restaudit/x, restaudit/refused], exporters: [debug]}}}
`
	file := filepath.Join(dir, "otel.yaml")
	config = strings.NewReplacer("DIR", dir, "URL", hostileVendor(t)).Replace(config)
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	return file
}

// TestNoCommandPassesATerminalWhatItWouldObey: text for people has all that isn't
// printable as Go writes it, text for programs as JSON does.
func TestNoCommandPassesATerminalWhatItWouldObey(t *testing.T) {
	file := hostileConfig(t)
	registry := filepath.Join(t.TempDir(), "registry.json")
	names, err := json.Marshal(map[string]any{"version": 1, "api_sources": map[string]any{
		"x": map[string]any{"last_timestamp": "2026-01-01T00:00:00Z"}, "y" + hostile: map[string]any{"last_timestamp": "2026-01-01T00:00:00Z"},
	}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(registry, names, 0o600))
	for _, tc := range []struct {
		name string
		args []string
		want string
		json bool
	}{
		{name: "preview", args: []string{"preview", "x", "--pages", "2"}, want: `\u202egnp.exe\rover\u2028\U000e0041\x7fend`},
		{name: "preview as JSON", args: []string{"preview", "x", "--pages", "2", "--output", "json"}, want: `\u202e`, json: true},
		{name: "preview of what is refused", args: []string{"preview", "refused"}, want: `Problem: auth: 403 Forbidden: no ]0;title`},
		{name: "set", args: []string{"checkpoint", "set", "x", "--cursor", "c" + hostile, "--yes"}, want: `-> c\x1b]0;title\a`},
		{name: "the question of set", args: []string{"checkpoint", "set", "x", "--cursor", ""}, want: `c\x1b]0;title\a`},
		{name: "list", args: []string{"checkpoint", "list"}, want: `  c\x1b]0;title\a`},
		{name: "show", args: []string{"checkpoint", "show", "x"}, want: `  c\x1b]0;title\a`},
		{name: "show as it is stored", args: []string{"checkpoint", "show", "x", "--raw"}, want: `\u009b31m\u202e`, json: true},
		{name: "import", args: []string{"checkpoint", "import", registry, "--yes"}, want: `'y\x1b]0;title\a`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := run(append(tc.args, "--config", file)...)
			if err != nil {
				out += err.Error()
			}
			for i, r := range out {
				assert.True(t, unicode.IsPrint(r) || r == '\n' || r == '\t', "%q at %d of %q", r, i, out)
			}
			assert.Contains(t, out, tc.want)
			if tc.json {
				var value any
				require.NoError(t, json.Unmarshal([]byte(out), &value), out)
				assert.Contains(t, texts(value), "c"+hostile)
				return
			}
			assert.NotContains(t, out, `\n`, "a line of ours")
		})
	}
	out, err := run("preview", "x", "--pages", "1", "--output", "otlp", "--config", file)
	require.NoError(t, err)
	line, _, _ := strings.Cut(out, "\n")
	require.True(t, json.Valid([]byte(line)), line)
	assert.Contains(t, line, `\u009b31m\u202e`)
	assert.NotContains(t, line, "\u202e")
}

// texts are all texts in a JSON value.
func texts(value any) (all []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			all = append(all, texts(one)...)
		}
	case map[string]any:
		for name, one := range v {
			all = append(append(all, name), texts(one)...)
		}
	}
	return all
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// FuzzBuild shows that no value changes where a request goes or what it says
// besides the places that were made for values.
func FuzzBuild(f *testing.F) {
	f.Add("2026-01-01T00:00:00+02:00", "cursor", "id")
	f.Add("a/../b", "@evil.example", "\r\nX: y")
	f.Add("..", "%2e%2e", "\"}{")
	f.Add("\x00", "?a=b#c", "\xff\xfe")
	b, err := New(Settings{
		Method: "POST", URL: "https://{params.org}.vendor.example/v1/{cursor}/events?in={last_id}",
		Params:  map[string]string{"org": "acme"},
		Query:   map[string]string{"q": "ts>={start}", "c": "{cursor}"},
		Headers: map[string]string{"X-After": "{last_id}"},
		Body:    `{"q":"ts >= '{start}' and c = {cursor}","n":{last_id},"list":["{start}"]}`,
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, start, cursor, id string) {
		req, err := b.Build(t.Context(), Values{Start: start, Cursor: cursor, LastID: id})
		if err != nil {
			return
		}
		if req.URL.Host != "acme.vendor.example" || req.Host != req.URL.Host || req.URL.Scheme != "https" {
			t.Fatalf("host changed: %s", req.URL)
		}
		parsed, err := url.Parse(req.URL.String())
		if err != nil || parsed.Host != req.URL.Host {
			t.Fatalf("URL doesn't parse back: %v", err)
		}
		if got := strings.Count(parsed.EscapedPath(), "/"); got != 3 {
			t.Fatalf("path has %d slashes: %s", got, parsed.EscapedPath())
		}
		q, err := url.ParseQuery(parsed.RawQuery)
		if err != nil || q.Get("q") != "ts>="+start || q.Get("c") != cursor || len(q) > 3 {
			t.Fatalf("query changed: %q, %v", parsed.RawQuery, err)
		}
		checkJSON(t, bodyOf(t, req))
	})
}

func checkJSON(t *testing.T, body string) {
	t.Helper()
	var got struct {
		Q    string
		N    any
		List []string
	}
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber() // 1E700 is one, and fits into no type
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil || dec.More() {
		t.Fatalf("body %q: %v", body, err)
	}
}

// FuzzNew shows that no configuration makes the compiler of templates panic, and
// that what it accepts can be built to the host it names.
func FuzzNew(f *testing.F) {
	f.Add("https://a.example/{cursor}?a={start}", "{\"a\":{start}}", "X-A", "variables.after")
	f.Add("{params.u}/x", "a={cursor}", "Content-Type", "a\\.b")
	f.Add("https://{params.u}/", "[[[", "h", "..")
	f.Fuzz(func(t *testing.T, rawURL, body, header, path string) {
		b, err := New(Settings{
			Method: "POST", URL: rawURL, Body: body, Params: map[string]string{"u": "https://p.example"},
			Headers: map[string]string{header: "text/plain"}, Query: map[string]string{path: "{cursor}"},
			Place: []Param{{Name: path, In: InBody, Value: "{cursor}"}},
		})
		if err != nil {
			return
		}
		first, err := b.Build(t.Context(), Values{Start: "s", Cursor: "c", LastID: "i"})
		if err != nil {
			return
		}
		second, err := b.Build(t.Context(), Values{Start: "@evil", Cursor: "/evil", LastID: "#"})
		if err == nil && first.URL.Host != second.URL.Host {
			t.Fatalf("host changed from %s to %s", first.URL.Host, second.URL.Host)
		}
	})
}

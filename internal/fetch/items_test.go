// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// shelf lists some ids at /list and keeps what else it is asked for.
type shelf struct {
	list  string
	asked []*http.Request
}

func (s *shelf) Secrets() []string { return nil }

func (s *shelf) CheckURL(*url.URL) error { return nil }

func (s *shelf) Do(_ context.Context, req *http.Request) (*send.Response, error) {
	body := `{"data":[]}`
	if req.URL.Path == "/list" {
		body = s.list
	} else {
		s.asked = append(s.asked, req)
	}
	return &send.Response{Status: http.StatusOK, Header: http.Header{}, URL: req.URL, Body: body}, nil
}

func list(t *testing.T, ids ...any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"items": ids})
	require.NoError(t, err)
	return string(text)
}

// expanded fetches a list of those items, and returns the further requests.
func expanded(t *testing.T, batch int, further request.Settings, ids ...any) ([]*http.Request, Result) {
	t.Helper()
	s := twoSteps()
	s.Expand.URL, s.Expand.Batch, s.Expand.Parallel = "", batch, 1
	further.Params = map[string]string{"tenant": "acme"}
	s.Expand.Request = further
	server := &shelf{list: list(t, ids...)}
	f, err := New(s, server, nil)
	require.NoError(t, err)
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	res, err := f.Fetch(t.Context(), Ask{Window: window.Window{From: from}})
	require.NoError(t, err)
	return server.asked, res
}

func bodyOf(t *testing.T, req *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(req.Body)
	require.NoError(t, err)
	return string(body)
}

// braced are ids that would mean something in a template, in JSON or in a form.
var braced = []any{
	"{start}", "{params.tenant}", "{nope.x}", "{{start}}", "{", "}", `a"b\c`, "a&b=c d", `{"a":1}`, `["a"]`, "{params.item}", "{params.item-list}",
}

func TestAnItemsIDIsDataWhateverItHolds(t *testing.T) {
	const endpoint = "https://api.example/entities"
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	formValue := func(t *testing.T, r *http.Request) string {
		t.Helper()
		values, err := url.ParseQuery(bodyOf(t, r))
		require.NoError(t, err)
		assert.Len(t, values, 1)
		return values.Get("id")
	}
	jsonValue := func(t *testing.T, r *http.Request) (id string) {
		t.Helper()
		require.NoError(t, json.Unmarshal([]byte(bodyOf(t, r)), &struct {
			ID *string `json:"id"`
		}{&id}))
		return id
	}
	for name, tc := range map[string]struct {
		further request.Settings
		got     func(*testing.T, *http.Request) string
	}{
		"in a path": {request.Settings{URL: endpoint + "/{params.item}/events"}, func(_ *testing.T, r *http.Request) string {
			return r.URL.Path[len("/entities/") : len(r.URL.Path)-len("/events")]
		}},
		"in the query of the URL": {request.Settings{URL: endpoint + "?id={params.item}"}, func(_ *testing.T, r *http.Request) string { return r.URL.Query().Get("id") }},
		"in the query":            {request.Settings{URL: endpoint, Query: map[string]string{"id": "{params.item}"}}, func(_ *testing.T, r *http.Request) string { return r.URL.Query().Get("id") }},
		"in a header":             {request.Settings{URL: endpoint, Headers: map[string]string{"X-Id": "{params.item}"}}, func(_ *testing.T, r *http.Request) string { return r.Header.Get("X-Id") }},
		"in a JSON string":        {request.Settings{Method: "POST", URL: endpoint, Body: `{"id": "{params.item}"}`}, jsonValue},
		"in JSON without quotes":  {request.Settings{Method: "POST", URL: endpoint, Body: `{"id": {params.item}}`}, jsonValue},
		"in a form":               {request.Settings{Method: "POST", URL: endpoint, Headers: form, Body: "id={params.item}"}, formValue},
	} {
		t.Run(name, func(t *testing.T) {
			asked, res := expanded(t, 1, tc.further, braced...)
			require.Len(t, asked, len(braced))
			for i, req := range asked {
				assert.Equal(t, braced[i], tc.got(t, req))
			}
			assert.Empty(t, res.Lost)
		})
	}
}

func TestTheIDsOfABatchAreDataWhateverTheyHold(t *testing.T) {
	const endpoint = "https://api.example/entities"
	all, err := json.Marshal(braced)
	require.NoError(t, err)
	t.Run("in JSON", func(t *testing.T) {
		asked, _ := expanded(t, 100, request.Settings{Method: "POST", URL: endpoint, Body: `{"ids": {params.item-list}, "from": "{start}"}`}, braced...)
		require.Len(t, asked, 1)
		assert.JSONEq(t, `{"ids": `+string(all)+`, "from": "2026-01-01T00:00:00Z"}`, bodyOf(t, asked[0]))
	})
	t.Run("in a JSON string", func(t *testing.T) {
		asked, _ := expanded(t, 100, request.Settings{Method: "POST", URL: endpoint, Body: `{"query": "id in {params.item-list}"}`}, braced...)
		require.Len(t, asked, 1)
		var got struct{ Query string }
		require.NoError(t, json.Unmarshal([]byte(bodyOf(t, asked[0])), &got))
		assert.JSONEq(t, string(all), got.Query[len("id in "):])
	})
	t.Run("in a form", func(t *testing.T) {
		form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
		asked, _ := expanded(t, 100, request.Settings{Method: "POST", URL: endpoint, Headers: form, Body: "ids={params.item-list}"}, braced...)
		require.Len(t, asked, 1)
		values, err := url.ParseQuery(bodyOf(t, asked[0]))
		require.NoError(t, err)
		assert.JSONEq(t, string(all), values.Get("ids"))
	})
}

// A host can't hold braces, and no later try changes that: the other items go on.
func TestAnItemWhoseBracesHaveNoPlaceIsLost(t *testing.T) {
	asked, res := expanded(t, 1, request.Settings{URL: "https://{params.item}.api.example/events"}, "eu", "{start}", "us")
	require.Len(t, asked, 2)
	assert.Equal(t, "eu.api.example", asked[0].URL.Host)
	assert.Equal(t, "us.api.example", asked[1].URL.Host)
	assert.Equal(t, []string{`"{start}"`}, res.Lost)
}

func TestAnObjectIsNoID(t *testing.T) {
	s := twoSteps()
	s.Expand.URL, s.Expand.Value = "", "id"
	s.Expand.Request = request.Settings{URL: "https://api.example/entities/{params.item}"}
	f, err := New(s, &shelf{list: list(t, map[string]any{"id": map[string]any{"n": 1}})}, nil)
	require.NoError(t, err)
	_, err = f.Fetch(t.Context(), Ask{})
	require.ErrorContains(t, err, "an item's value is an object: it is no id; set `item_path`")
}

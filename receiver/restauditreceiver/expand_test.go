// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
)

const projectsConfig = `
endpoint: URL/projects
expand:
  items: projects
  url: URL/projects/{item.id}/events
  query: {since: "{start}"}
  pagination: {type: page, page_param: page, total_pages_path: pages}
  attributes: {vendor.project: [title, name]}
response: {records: events, id: id, timestamp: at, event_name: verb}
poll_interval: 50ms
`

// TestListAndDetailWithPagesOfTheirOwn: a list without times, whose items have
// logs that are asked by time and page.
func TestListAndDetailWithPagesOfTheirOwn(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/projects" {
			_, _ = w.Write([]byte(`{"projects": [{"id": 7, "name": "red"}, {"id": 8, "name": "green", "title": "Green"}]}`))
			return
		}
		if since, err := time.Parse(time.RFC3339, r.URL.Query().Get("since")); err != nil || time.Since(since) > 26*time.Hour {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		id := strings.Split(r.URL.Path, "/")[2] + "-" + r.URL.Query().Get("page")
		_, _ = w.Write([]byte(`{"pages": 2, "events": [{"id": "` + id + `", "at": "` + time.Now().UTC().Format(time.RFC3339) + `", "verb": "v"}]}`))
	}))
	defer server.Close()
	projects := map[string]string{}
	got := &arrivals{uids: map[string]int{}, body: map[string]string{}}
	next, err := consumer.NewLogs(func(ctx context.Context, logs plog.Logs) error {
		for _, lr := range recordsIn(logs).All() {
			uid, _ := lr.Attributes().Get(attrUID)
			project, _ := lr.Attributes().Get("vendor.project")
			projects[uid.Str()] = project.Str()
		}
		return got.ConsumeLogs(ctx, logs)
	})
	require.NoError(t, err)
	stop := startListed(t, strings.ReplaceAll(projectsConfig, "URL", server.URL), componenttest.NewNopHost(), next)
	assert.Eventually(t, func() bool { return got.count() == 4 }, 20*time.Second, 5*time.Millisecond)
	stop()
	assert.Equal(t, map[string]string{"7-1": "red", "7-2": "red", "8-1": "Green", "8-2": "Green"}, projects)
}

// TestIDsWithBracesReachTheVendorAsTheyAre: no id is taken for a placeholder.
func TestIDsWithBracesReachTheVendorAsTheyAre(t *testing.T) {
	const list = `["a", "{start}", "{params.tenant}", "{nope.x}"]`
	for name, tc := range map[string]struct {
		expand string
		want   []string
	}{
		"in a batch":   {`{items: items, method: POST, url: URL/e, body: '{"ids": {items}}', batch: 5}`, []string{`{"ids":["a","{start}","{params.tenant}","{nope.x}"]}`}},
		"one by one":   {`{items: items, method: POST, url: URL/e, body: '{"id": {item}}', parallel: 1}`, []string{`{"id":"a"}`, `{"id":"{start}"}`, `{"id":"{params.tenant}"}`, `{"id":"{nope.x}"}`}},
		"no items now": {`{items: none, items_optional: true, method: POST, url: URL/e, body: '{"ids": {items}}', batch: 5}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			asked := make(chan []string, 100)
			var bodies []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/list" {
					asked <- bodies // of the poll before
					bodies = nil
					_, _ = w.Write([]byte(`{"items": ` + list + `}`))
					return
				}
				body, _ := io.ReadAll(r.Body)
				bodies = append(bodies, string(body))
				_, _ = w.Write([]byte(`{"events": []}`))
			}))
			defer server.Close()
			config := "endpoint: URL/list\nparams: {tenant: acme}\nexpand: " + tc.expand + `
request: {headers: {X-Tenant: "{params.tenant}"}}
response: {records: events, id: id, timestamp: at}
poll_interval: 10ms
`
			stop := startListed(t, strings.ReplaceAll(config, "URL", server.URL), componenttest.NewNopHost(), consumertest.NewNop())
			assert.Empty(t, <-asked)
			assert.Equal(t, tc.want, <-asked)
			stop()
		})
	}
}

// TestASavedPositionIsOfTheRequestThatItCameFrom: what changes the meaning of a
// position makes it void, and nothing else does (F49).
func TestASavedPositionIsOfTheRequestThatItCameFrom(t *testing.T) {
	const lastID = "endpoint: https://api.example.com/\npagination: {type: last_id, cursor_param: after, persistent: true}\nresponse: {id: uuid}\n"
	projects := strings.ReplaceAll(projectsConfig, "URL", "https://api.example.com")
	for name, tc := range map[string]struct {
		yaml, from, to string
		void           bool
	}{
		"the field of the last id":          {lastID, "{id: uuid}", "{id: seq}", true},
		"the field of the last id by name":  {lastID, "persistent: true", "persistent: true, last_id_path: seq", true},
		"the same field by name":            {lastID, "persistent: true", "persistent: true, last_id_path: uuid", false},
		"the name of the event":             {lastID, "{id: uuid}", "{id: uuid, event_name: a}", false},
		"how many further requests at once": {projects, "items: projects", "items: projects\n  parallel: 8", false},
		"the items":                         {projects, "items: projects", "items: teams", true},
		"the further request":               {projects, "/events\n", "/audit\n", true},
	} {
		require.Contains(t, tc.yaml, tc.from, name)
		was, err := load(t, tc.yaml)
		require.NoError(t, err)
		is, err := load(t, strings.Replace(tc.yaml, tc.from, tc.to, 1))
		require.NoError(t, err, name)
		assert.Equal(t, tc.void, was.fingerprint() != is.fingerprint(), name)
	}
}

func TestExpandThatCanNotBeMeant(t *testing.T) {
	for change, want := range map[string]string{
		"type: page, page_param: page, total_pages_path: pages=>type: page":                               "`expand`: `pagination::type` page needs `pagination::page_param`",
		"type: page, page_param: page, total_pages_path: pages=>type: cursor":                             "needs `pagination::cursor_path`",
		"type: page, page_param: page, total_pages_path: pages=>persistent: true":                         "`expand::pagination::persistent` is not possible",
		"attributes: {vendor.project: [title, name]}=>attributes: {log.record.uid: name}":                 "`expand::attributes::log.record.uid`",
		"type: page, page_param: page, total_pages_path: pages=>type: page, page_param: p, page_size: -1": "`expand`: `pagination::page_size` must be 0 or more",
		"type: page, page_param: page, total_pages_path: pages=>type: cursor, cursor_path: 'a.#('":        "`expand::pagination::cursor_path`: path",
		"items: projects=>items: a..b":                             "`expand::items`: path",
		"items: projects=>items: projects\n  item_path: a..b":      "`expand::item_path`: path",
		"attributes: {vendor.project: [title, name]}=>batch: 2":    "needs {items}",
		"query: {since: \"{start}\"}=>query: {since: \"{begin}\"}": "unknown placeholder {begin}",
	} {
		from, to, _ := strings.Cut(change, "=>")
		require.Contains(t, projectsConfig, from)
		_, err := load(t, strings.ReplaceAll(strings.Replace(projectsConfig, from, to, 1), "URL", "https://api.example.com"))
		assert.ErrorContains(t, err, want, change)
	}
}

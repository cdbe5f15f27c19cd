// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// row is an event of a log whose first rows are large.
type row struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
	X  string    `json:"x,omitempty"`
}

// aLog has rows in the last hour, the oldest first; the first of them are large.
func aLog(rows, large int) []row {
	log := make([]row, rows)
	for i := range log {
		log[i] = row{ID: fmt.Sprintf("e%03d", i), At: time.Now().UTC().Truncate(time.Second).Add(time.Duration(i-rows-9) * time.Second)}
		if i < large {
			log[i].X = strings.Repeat("x", 1<<10)
		}
	}
	return log
}

// pager answers a request; base is its own URL.
type pager func(log []row, q url.Values, base string) (page []row, next any)

// byNumber serves page N of as many rows as are asked for. What leads to the next
// page, a cursor or a URL, counts pages of that size.
func byNumber(inURL bool) pager {
	return func(log []row, q url.Values, base string) ([]row, any) {
		n, limit := number(q, "page", 1), number(q, "limit", 40)
		from := min((n-1)*limit, len(log))
		to := min(from+limit, len(log))
		if to == len(log) {
			return log[from:], nil
		}
		if !inURL {
			return log[from:to], n + 1
		}
		q.Set("page", strconv.Itoa(n+1))
		return log[from:to], base + "?" + q.Encode()
	}
}

// byToken is as Okta: the next URL is there always, and repeats the limit.
func byToken(log []row, q url.Values, base string) ([]row, any) {
	at, _ := strconv.Atoi(strings.TrimPrefix(q.Get("after"), "t")) // none is 0
	to := min(at+number(q, "limit", 40), len(log))
	q.Set("after", "t"+strconv.Itoa(to))
	return log[at:to], base + "?" + q.Encode()
}

// theFirst has no pages: what is beyond the limit can't be had.
func theFirst(log []row, q url.Values, _ string) ([]row, any) {
	return log[:min(len(log), number(q, "limit", 40))], nil
}

func number(q url.Values, name string, usual int) int {
	if n, err := strconv.Atoi(q.Get(name)); err == nil {
		return n
	}
	return usual
}

// TestNothingIsLostWherePagesAreMadeSmaller: what leads to the next page may count
// on the size of the last one, also in the next poll.
func TestNothingIsLostWherePagesAreMadeSmaller(t *testing.T) {
	for name, tc := range map[string]struct {
		pager      pager
		pagination string
		// usual says that the source asks for pages of the usual size in the end.
		usual bool
	}{
		"a cursor that counts pages":   {byNumber(false), "type: cursor, cursor_path: next, cursor_param: page", true},
		"a URL that counts pages":      {byNumber(true), "type: next_url, next_url_path: next", true},
		"a stream whose URL counts":    {byNumber(true), "type: next_url, next_url_path: next, persistent: true", false},
		"a stream whose cursor counts": {byNumber(false), "type: cursor, cursor_path: next, cursor_param: page, persistent: true", false},
		"a stream with a token":        {byToken, "type: next_url, next_url_path: next, persistent: true", true},
		"no pages":                     {theFirst, "type: none", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := aLog(400, 20)
			if tc.pagination == "type: none" {
				log = aLog(20, 20)
			}
			got, last := readInPages(t, log, tc.pager, tc.pagination)
			var lost []string
			for _, r := range log {
				if got.uids[r.ID] != 1 {
					lost = append(lost, fmt.Sprintf("%s: %d", r.ID, got.uids[r.ID]))
				}
			}
			assert.Empty(t, lost, "lost or repeated")
			if tc.usual {
				assert.Equal(t, 40, number(last, "limit", 40))
			}
		})
	}
}

// readInPages runs a source that takes 16 KiB and polls five pages at a time,
// until nothing new has come for a while.
func readInPages(t *testing.T, log []row, p pager, pagination string) (got *arrivals, last url.Values) {
	t.Helper()
	var mu sync.Mutex
	asked := 0
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		mu.Lock()
		last = r.URL.Query()
		asked++
		mu.Unlock()
		var list []row
		from, _ := time.Parse(time.RFC3339, q.Get("since")) // none is the beginning
		until, err := time.Parse(time.RFC3339, q.Get("until"))
		for _, r := range log {
			if !r.At.Before(from) && (err != nil || !r.At.After(until)) {
				list = append(list, r)
			}
		}
		page, next := p(list, q, server.URL+"/x")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": append([]row{}, page...), "next": next})
	}))
	t.Cleanup(server.Close)
	window := "time_filter: {start_param: since, end_param: until, window: 24h, overlap: 1m}"
	if strings.Contains(pagination, "persistent") {
		window = "start_at: beginning"
	}
	cfg, err := load(t, fmt.Sprintf(`
endpoint: %s/x
poll_interval: 20ms
retry: {initial_interval: 1ms, max_interval: 2ms}
%s
pagination: {%s, limit_param: limit, page_size: 40, max_pages_per_poll: 5}
limits: {max_page_bytes: 16KiB}
response: {records: data, id: id, timestamp: at}
`, server.URL, window, pagination))
	require.NoError(t, err)
	got = &arrivals{uids: map[string]int{}, body: map[string]string{}}
	r, err := NewFactory().CreateLogs(t.Context(), receivertest.NewNopSettings(metadata.Type), cfg, got)
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	assert.Eventually(t, func() bool { return got.count() == len(log) }, 20*time.Second, 10*time.Millisecond)
	polled := func() int { mu.Lock(); defer mu.Unlock(); return asked }
	until := polled() + 10
	assert.Eventually(t, func() bool { return polled() > until }, 10*time.Second, 10*time.Millisecond, "it polls on")
	require.NoError(t, r.Shutdown(t.Context()))
	return got, last
}

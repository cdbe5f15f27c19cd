// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: epoch} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// rig is a simulator with a client that knows one vendor's credentials.
type rig struct {
	t      *testing.T
	sim    *Sim
	clock  *clock
	client *http.Client
	vendor string
	auth   func(r *http.Request)
}

// untidy is a log with everything: backlog, live events, ties, lateness and repeats.
func untidy() LogConfig {
	return LogConfig{
		Rate: 2, Backlog: 500, Ties: 3,
		Disorder: Disorder{LateFraction: 0.2, LateMax: 40 * time.Second, DuplicateFraction: 0.1},
	}
}

func newRig(t *testing.T, vendor string, log LogConfig, change ...func(*Options)) *rig {
	t.Helper()
	c := newClock()
	log.Start = epoch
	opts := Options{Seed: 7, Now: c.now, Defaults: VendorOptions{Log: log}}
	for _, f := range change {
		f(&opts)
	}
	s := New(opts)
	return &rig{
		t: t, sim: s, clock: c, client: &http.Client{Transport: Transport(s)}, vendor: vendor,
		auth: func(r *http.Request) { r.Header.Set("Authorization", "Bearer sim-"+vendor+"-token") },
	}
}

func header(name, value string) func(r *http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) get(path string) gjson.Result { return gjson.Get(a.body, path) }

// raw returns the records at a path.
func (a answer) raw(path string) []string {
	var out []string
	for _, r := range gjson.Get(a.body, path).Array() {
		out = append(out, r.Raw)
	}
	return out
}

// do sends a request as it is and reads all of the answer.
func (g *rig) do(method, url, body string, change ...func(*http.Request)) (answer, error) {
	g.t.Helper()
	if !strings.HasPrefix(url, "http") {
		url = "https://sim.example" + url
	}
	req, err := http.NewRequestWithContext(g.t.Context(), method, url, strings.NewReader(body))
	require.NoError(g.t, err)
	for _, f := range change {
		f(req)
	}
	res, err := g.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(text)}, err
}

// get sends an authenticated GET that must give the status.
func (g *rig) get(status int, url string, change ...func(*http.Request)) answer {
	g.t.Helper()
	return g.send(status, http.MethodGet, url, "", change...)
}

func (g *rig) send(status int, method, url, body string, change ...func(*http.Request)) answer {
	g.t.Helper()
	a, err := g.do(method, url, body, append([]func(*http.Request){g.auth}, change...)...)
	require.NoError(g.t, err)
	require.Equal(g.t, status, a.status, a.body)
	return a
}

// link returns the target of a relation in Link headers; "" when there is none.
func link(h http.Header, rel string) string {
	for _, line := range h.Values("Link") {
		for part := range strings.SplitSeq(line, ", <") {
			target, params, _ := strings.Cut(strings.TrimPrefix(part, "<"), ">")
			if strings.Contains(params, `rel="`+rel+`"`) {
				return target
			}
		}
	}
	return ""
}

// all checks that the records are, byte for byte, the visible events of the vendor, each at least once, and once each
// if the log has no repeats. It returns how many were repeats.
func (g *rig) all(records []string) (repeats int) {
	g.t.Helper()
	seen := map[string]int{}
	for _, r := range records {
		require.True(g.t, gjson.Valid(r), r)
		uid := UID(g.vendor, []byte(r))
		require.NotEmpty(g.t, uid, r)
		want, ok := g.sim.Body(g.vendor, uid)
		require.True(g.t, ok, uid)
		require.Equal(g.t, string(want), r)
		seen[uid]++
	}
	visible := g.sim.Visible(g.vendor, g.clock.now())
	for _, uid := range visible {
		require.Positive(g.t, seen[uid], "%s was not served", uid)
	}
	require.Len(g.t, seen, len(visible))
	shown := map[string]bool{}
	for _, s := range g.sim.Shown(g.vendor) {
		shown[s.UID] = true
	}
	require.Len(g.t, shown, len(seen))
	for uid := range seen {
		require.True(g.t, shown[uid], uid)
	}
	return len(records) - len(seen)
}

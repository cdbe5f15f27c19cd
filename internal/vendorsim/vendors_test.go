// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// first is a vendor's simplest healthy request that answers with events.
type first struct {
	method, url, body string
	auth              func(g *rig) func(*http.Request)
}

// firsts has one request per vendor; m365's is that of a blob.
func firsts() map[string]first {
	bearer := func(vendor string) func(*rig) func(*http.Request) {
		return func(*rig) func(*http.Request) { return header("Authorization", "Bearer sim-"+vendor+"-token") }
	}
	fixed := func(name, value string) func(*rig) func(*http.Request) {
		return func(*rig) func(*http.Request) { return header(name, value) }
	}
	return map[string]first{
		Okta:        {"GET", "/okta/api/v1/logs", "", fixed("Authorization", "SSWS sim-okta-token")},
		GitHub:      {"GET", "/github/orgs/acme/audit-log", "", bearer(GitHub)},
		Salesforce:  {"GET", selectAll("ORDER BY CreatedDate"), "", bearer(Salesforce)},
		Slack:       {"GET", "/slack/audit/v1/logs", "", bearer(Slack)},
		ASA:         {"GET", "/asa/v1/teams/acme/auditsV2", "", bearer(ASA)},
		OnePassword: {"POST", onePasswordURL, "{}", bearer(OnePassword)},
		Offset:      {"GET", "/offset/v1/audit/events", "", fixed("X-Api-Key", "sim-offset-token")},
		Page: {"GET", "/page/v1/audit", "", func(*rig) func(*http.Request) {
			return func(r *http.Request) { r.SetBasicAuth("sim-page-id", "sim-page-secret") }
		}},
		WorkOS:      {"GET", "/workos/events", "", bearer(WorkOS)},
		SentinelOne: {"GET", "/sentinelone/web/api/v2.1/activities", "", fixed("Authorization", "ApiToken sim-sentinelone-token")},
		CloudTrail: {"POST", "/cloudtrail/", "{}", func(g *rig) func(*http.Request) {
			return signer(g, "{}", "sim-cloudtrail-secret")
		}},
		M365:   {"GET", "/m365/api/v1.0/t-1/activity/feed/audit/" + strconv.FormatInt(epoch.Unix(), 10) + "$sim$audit_general", "", bearer(M365)},
		Azure:  {"GET", azureURL + "&$filter=eventTimestamp+ge+'2025-12-01T00:00:00Z'", "", bearer(Azure)},
		NDJSON: {"GET", "/ndjson/v1/events", "", fixed("Authorization", "Token sim-ndjson-token")},
	}
}

// each runs a check for every vendor, with a log that has 10 events in the minute before the epoch.
func each(t *testing.T, check func(t *testing.T, g *rig, f first)) {
	requests := firsts()
	for _, vendor := range New(Options{}).Vendors() {
		t.Run(vendor, func(t *testing.T) {
			f, ok := requests[vendor]
			require.True(t, ok, "every vendor needs a first request here")
			g := newRig(t, vendor, LogConfig{Backlog: 10})
			g.auth = f.auth(g)
			check(t, g, f)
		})
	}
}

func TestEveryVendorShowsWhatIsVisible(t *testing.T) {
	each(t, func(t *testing.T, g *rig, f first) {
		g.send(200, f.method, f.url, f.body)
		visible := g.sim.Visible(g.vendor, g.clock.now())
		require.Len(t, visible, 10)
		shown := g.sim.Shown(g.vendor)
		require.Len(t, shown, 10)
		for k, uid := range visible {
			i, ok := uidIndex(uid)
			require.True(t, ok, uid)
			assert.Equal(t, k, i)
			body, ok := g.sim.Body(g.vendor, uid)
			require.True(t, ok)
			require.True(t, gjson.ValidBytes(body), "%s", body)
			assert.NotContains(t, string(body), "$", "no placeholder is left")
		}
		assert.Equal(t, epoch, shown[0].At)
		stats := g.sim.Stats(g.vendor)
		assert.Equal(t, VendorStats{
			Requests: 1, Shown: 10, Records: 10, Bytes: stats.Bytes, Statuses: map[int]int{200: 1},
		}, stats)
	})
}

func TestEveryVendorHasItsOwnWayToRefuse(t *testing.T) {
	each(t, func(t *testing.T, g *rig, f first) {
		bodies := map[string]bool{}
		for _, k := range []Kind{FaultUnauthorized, FaultErrorPayload, FaultRateLimit} {
			require.NoError(t, g.sim.SetFault(g.vendor, Fault{Kind: k, Next: 1, Delay: time.Second}))
			a, err := g.do(f.method, f.url, f.body, g.auth)
			require.NoError(t, err)
			require.True(t, gjson.Valid(a.body), a.body)
			assert.Equal(t, k == FaultErrorPayload, a.status == 200, k)
			bodies[a.body] = true
		}
		assert.GreaterOrEqual(t, len(bodies), 2)
		assert.Empty(t, g.sim.Shown(g.vendor))
		g.clock.add(time.Minute)
		a, err := g.do(f.method, f.url, f.body)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, a.status, 400, "without credentials")
		assert.Equal(t, 1, g.sim.Stats(g.vendor).Rejected)
		a, err = g.do(f.method, "/"+g.vendor+"/nothing/here", f.body, g.auth)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, a.status, 400)
		assert.True(t, gjson.Valid(a.body), a.body)
	})
}

func TestEveryVendorNoticesUnknownParameters(t *testing.T) {
	each(t, func(t *testing.T, g *rig, f first) {
		sep := "?"
		if strings.Contains(f.url, "?") {
			sep = "&"
		}
		a, err := g.do(f.method, f.url+sep+"nonsense=1", f.body, g.auth)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, a.status, 400)
		g.sim.opts.Lenient = true
		g.send(200, f.method, f.url+sep+"nonsense=1", f.body)
	})
}

func TestEveryVendorPadsItsEvents(t *testing.T) {
	each(t, func(t *testing.T, g *rig, _ first) {
		s := New(Options{Now: g.clock.now, Defaults: VendorOptions{Log: LogConfig{Start: epoch, Backlog: 3, BodySize: 5000}}})
		for _, uid := range s.Visible(g.vendor, epoch) {
			body, ok := s.Body(g.vendor, uid)
			require.True(t, ok)
			assert.GreaterOrEqual(t, len(body), 5000)
			assert.Less(t, len(body), 5010)
			assert.True(t, gjson.ValidBytes(body))
		}
	})
}

func TestVendorsLiveOnHostsOfTheirOwnToo(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 10})
	a := g.get(200, "https://okta.example/api/v1/logs?limit=3")
	assert.Equal(t, "https://okta.example/api/v1/logs?limit=3", link(a.header, "self"))
	g.get(200, link(a.header, "next"))
	g.client.Transport = Transport(g.sim.Handler(Okta))
	g.get(200, "https://any.example/api/v1/logs")
	assert.Nil(t, g.sim.Handler("nobody"))
	g.client.Transport = Transport(New(Options{BaseURL: "https://front.example"}))
	assert.Contains(t, link(g.get(200, "/okta/api/v1/logs").header, "next"), "https://front.example/okta/api/v1/logs?")
}

func TestAdmin(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 10})
	g.send(204, http.MethodPost, "/_sim/faults", `{"vendor":"okta","kind":"server_error","next":1}`)
	g.send(204, http.MethodPost, "/_sim/faults", `{"vendor":"*","kind":"slow","prob":0.5,"delay":"3s"}`)
	assert.Equal(t, "3s", g.get(200, "/_sim/faults").get(`#(vendor=="slack").delay`).String())
	a, err := g.do(http.MethodGet, "/okta/api/v1/logs", "", g.auth)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, a.status, 500)
	g.send(204, http.MethodDelete, "/_sim/faults", "")
	assert.Equal(t, "[]\n", g.get(200, "/_sim/faults").body)
	g.get(200, "/okta/api/v1/logs?limit=4")
	var truth truthAnswer
	require.NoError(t, json.Unmarshal([]byte(g.get(200, "/_sim/truth/okta?at=2025-12-31T23:59:55Z").body), &truth))
	assert.Len(t, truth.Shown, 4)
	assert.Len(t, truth.Visible, 6)
	assert.Len(t, g.get(200, "/_sim/truth/okta").raw("visible"), 10)
	stats := g.get(200, "/_sim/stats")
	assert.Equal(t, int64(2), stats.get("okta.requests").Int())
	assert.Equal(t, int64(1), stats.get("okta.faults.server_error").Int())
	for _, bad := range []string{`{`, `{"kind":"nothing"}`, `{"kind":"slow","delay":"x"}`, `{"name":"slow"}`, `{"vendor":"nobody","kind":"slow"}`} {
		g.send(400, http.MethodPost, "/_sim/faults", bad)
	}
	g.get(400, "/_sim/truth/okta?at=x")
	for _, path := range []string{"/_sim/truth/nobody", "/_sim/x", "/nobody", "/"} {
		g.get(404, path)
	}
}

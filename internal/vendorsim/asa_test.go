// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASAPollingKeepsTheOffsetOfTheNewestPage(t *testing.T) {
	g := newRig(t, ASA, untidy())
	seen := map[string]string{}
	at := "/asa/v1/teams/acme/auditsV2?count=50"
	for range 20 {
		for {
			a := g.get(200, at)
			for _, r := range a.raw("list") {
				seen[UID(ASA, []byte(r))] = r
				actor, client := a.get("list.#.details.actor").Array(), a.get("list.#.details.client").Array()
				require.True(t, a.get("related_objects."+actor[0].String()).Exists())
				require.NotEmpty(t, client)
			}
			next := link(a.header, "next")
			if next == "" {
				require.Less(t, len(a.raw("list")), 50, "only the newest page has no next")
				break
			}
			at = next
		}
		g.clock.add(7 * time.Second)
	}
	g.clock.add(-7 * time.Second)
	records := make([]string, 0, len(seen))
	for _, r := range seen {
		records = append(records, r)
	}
	g.all(records)
}

func TestASAWalksBothWays(t *testing.T) {
	g := newRig(t, ASA, LogConfig{Backlog: 100})
	up := g.get(200, "/asa/v1/teams/acme/auditsV2?count=30")
	up2 := g.get(200, link(up.header, "next"))
	assert.Equal(t, up.body, g.get(200, link(up2.header, "prev")).body)
	var got []string
	for at := "/asa/v1/teams/acme/auditsV2?count=30&descending=true"; at != ""; {
		a := g.get(200, at)
		got = append(got, a.raw("list")...)
		at = link(a.header, "next")
	}
	assert.Zero(t, g.all(got))
	assert.Greater(t, UID(ASA, []byte(got[0])), UID(ASA, []byte(got[99])))
}

func TestASATokensAreIssuedAndExpire(t *testing.T) {
	g := newRig(t, ASA, LogConfig{Backlog: 3})
	login := `{"key_id":"sim-asa-id","key_secret":"sim-asa-secret"}`
	a := g.send(200, http.MethodPost, "/asa/v1/teams/acme/service_token", login)
	assert.Equal(t, "2026-01-01T01:00:00Z", a.get("expires_at").String())
	auth := header("Authorization", "Bearer "+a.get("bearer_token").String())
	g.get(200, "/asa/v1/teams/acme/auditsV2", auth)
	g.clock.add(time.Hour)
	assert.Equal(t, "authentication_error", g.get(401, "/asa/v1/teams/acme/auditsV2", auth).get("type").String())
	g.send(401, http.MethodPost, "/asa/v1/teams/acme/service_token", `{"key_id":"a","key_secret":"b"}`)
	g.send(400, http.MethodPost, "/asa/v1/teams/acme/service_token", `{`)
	g.get(400, "/asa/v1/teams/acme/auditsV2?offset=12")
	g.get(400, "/asa/v1/teams/acme/auditsV2?since=x")
	g.get(404, "/asa/v1/teams//auditsV2")
	require.NoError(t, g.sim.SetFault(ASA, Fault{Kind: FaultRateLimit, Next: 1, Delay: time.Second}))
	limited := g.get(429, "/asa/v1/teams/acme/auditsV2")
	assert.Equal(t, strconv.FormatInt(g.clock.now().Unix()+1, 10), limited.header.Get("X-RateLimit-Retry-At"))
}

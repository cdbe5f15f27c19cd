// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// m365Walk lists a window, fetches every blob, and returns the events.
func m365Walk(g *rig, window string) []string {
	var got []string
	for next := "/m365/api/v1.0/t-1/activity/feed/subscriptions/content?contentType=Audit.General" + window; next != ""; {
		a := g.get(200, next)
		for _, blob := range a.get("@this").Array() {
			uri := blob.Get("contentUri").String()
			require.True(g.t, strings.HasPrefix(uri, "https://sim.example/m365/api/v1.0/t-1/activity/feed/audit/"), uri)
			got = append(got, g.get(200, uri).raw("@this")...)
		}
		next = a.header.Get("NextPageUri")
	}
	return got
}

func TestM365ListsBlobsByAvailability(t *testing.T) {
	g := newRig(t, M365, untidy(), func(o *Options) { o.Defaults.MaxPage = 3 })
	g.clock.add(20*time.Minute + 13*time.Second)
	got := m365Walk(g, "&startTime=2025-12-31T12:00:00&endTime=2026-01-01T00:10:00")
	got = append(got, m365Walk(g, "&startTime=2026-01-01T00:10:00&endTime=2026-01-01T01:00")...)
	assert.Positive(t, g.all(got))
	got = m365Walk(g, "")
	g.all(got)
}

func TestM365Refuses(t *testing.T) {
	g := newRig(t, M365, LogConfig{Backlog: 100})
	base := "/m365/api/v1.0/t-1/activity/feed/"
	for query, code := range map[string]string{
		"contentType=Audit.General&startTime=2026-01-01T00:00:00":                               "AF20030",
		"contentType=Audit.General&startTime=2025-12-29T00:00:00&endTime=2025-12-31T00:00:00":   "AF20030",
		"contentType=Audit.General&startTime=2025-12-20T00:00:00&endTime=2025-12-20T01:00:00":   "AF20030",
		"contentType=Audit.General&startTime=2025-12-31T23:00:00Z&endTime=2026-01-01T00:00:00Z": "AF20030",
		"contentType=Audit.Everything":         "AF20020",
		"contentType=Audit.General&x=1":        "AF20003",
		"contentType=Audit.General&nextPage=x": "AF20031",
	} {
		assert.Equal(t, code, g.get(400, base+"subscriptions/content?"+query).get("error.code").String(), query)
	}
	assert.Equal(t, "AF20024", g.send(400, http.MethodPost, base+"subscriptions/start?contentType=Audit.General", "").get("error.code").String())
	g.get(404, base+"audit/x")
	g.get(404, base+"audit/"+strconv.FormatInt(epoch.Add(time.Minute).Unix(), 10)+"$sim$audit_general")
	blob := base + "audit/" + strconv.FormatInt(epoch.Unix(), 10) + "$sim$audit_general"
	g.get(200, blob)
	g.clock.add(8 * 24 * time.Hour)
	assert.Equal(t, "AF20051", g.get(400, blob).get("error.code").String())
	assert.Empty(t, g.get(200, base+"subscriptions/content?contentType=Audit.Exchange").raw("@this"))
	g.get(401, blob, header("Authorization", "Bearer x"))
	a := g.send(200, http.MethodPost, "/m365/t-1/oauth2/v2.0/token", "grant_type=client_credentials",
		func(r *http.Request) { r.SetBasicAuth("sim-m365-id", "sim-m365-secret") })
	g.get(200, base+"subscriptions/content?contentType=Audit.General", header("Authorization", "Bearer "+a.get("access_token").String()))
}

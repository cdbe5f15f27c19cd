// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func oktaRig(t *testing.T, log LogConfig) *rig {
	g := newRig(t, Okta, log)
	g.auth = header("Authorization", "SSWS sim-okta-token")
	return g
}

func TestOktaPollingSeesEveryEventInOrderOfArrival(t *testing.T) {
	g := oktaRig(t, untidy())
	var got []string
	next := "/okta/api/v1/logs?limit=7&sortOrder=ASCENDING&since=" + url.QueryEscape(epoch.Add(-time.Hour).Format(time.RFC3339))
	for range 20 {
		for {
			a := g.get(200, next)
			require.Len(t, a.header.Values("Link"), 2, "self and next are two lines, also on an empty page")
			next = link(a.header, "next")
			require.NotEmpty(t, next)
			if len(a.raw("@this")) == 0 {
				break
			}
			got = append(got, a.raw("@this")...)
		}
		g.clock.add(5 * time.Second)
	}
	g.clock.add(-5 * time.Second)
	assert.Positive(t, g.all(got))
}

func TestOktaBoundedWalkEndsWithoutNext(t *testing.T) {
	for _, order := range []string{"ASCENDING", "DESCENDING"} {
		t.Run(order, func(t *testing.T) {
			g := oktaRig(t, LogConfig{Rate: 2, Backlog: 100, Ties: 5})
			g.clock.add(time.Minute)
			q := url.Values{
				"since": {epoch.Add(-time.Hour).Format(time.RFC3339)}, "until": {g.clock.now().Add(time.Second).Format(time.RFC3339)},
				"limit": {"13"}, "sortOrder": {order},
			}
			var got []string
			for next := "/okta/api/v1/logs?" + q.Encode(); next != ""; {
				a := g.get(200, next)
				got = append(got, a.raw("@this")...)
				next = link(a.header, "next")
			}
			assert.Zero(t, g.all(got))
			first := UID(Okta, []byte(got[0])) < UID(Okta, []byte(got[len(got)-1]))
			assert.Equal(t, order == "ASCENDING", first)
		})
	}
}

func TestOktaBoundsArePublishedFromInclusiveToExclusive(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 100})
	a := g.get(200, "/okta/api/v1/logs?since=2025-12-31T23:59:30Z&until=2025-12-31T23:59:40Z")
	records := a.raw("@this")
	require.Len(t, records, 10)
	assert.Contains(t, records[0], `"published":"2025-12-31T23:59:30.000Z"`)
}

func TestOktaRefusesWhatTheRealOneRefuses(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 10})
	tests := map[string]struct {
		query  string
		status int
		code   string
	}{
		"since and after":        {"since=2025-12-31T00:00:00Z&after=x", 400, "E0000001"},
		"limit over 1000":        {"limit=1001", 400, "E0000001"},
		"negative limit":         {"limit=-1", 400, "E0000001"},
		"a made up cursor":       {"after=1767225600123_1", 400, "E0000031"},
		"since before 180 days":  {"since=2025-01-01T00:00:00Z", 400, "E0000053"},
		"a wrong time":           {"since=yesterday", 400, "E0000001"},
		"an unknown parameter":   {"page=2", 400, "E0000001"},
		"a repeated parameter":   {"limit=1&limit=2", 400, "E0000001"},
		"a broken query":         {"limit=%zz", 400, "E0000001"},
		"an order it can't sort": {"sortOrder=asc", 400, "E0000001"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.code, g.get(tt.status, "/okta/api/v1/logs?"+tt.query).get("errorCode").String())
		})
	}
	a := g.get(401, "/okta/api/v1/logs", header("Authorization", "SSWS wrong"))
	assert.Equal(t, "E0000011", a.get("errorCode").String())
	assert.Equal(t, len(tests)+1, g.sim.Stats(Okta).Rejected)
	g.get(200, "/okta/api/v1/logs", header("Authorization", "Bearer sim-okta-token"))
	a = g.get(200, "/okta/api/v1/logs?limit=0")
	assert.Equal(t, "[]", a.body)
	assert.NotEmpty(t, link(a.header, "next"))
}

func TestOktaTellsTheResetInEpochSeconds(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 10})
	g.clock.add(300 * time.Millisecond)
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultRateLimit, Next: 1, Delay: 4 * time.Second}))
	a := g.get(http.StatusTooManyRequests, "/okta/api/v1/logs")
	assert.Equal(t, "E0000047", a.get("errorCode").String())
	assert.Equal(t, "0", a.header.Get("X-Rate-Limit-Remaining"))
	assert.Equal(t, strconv.FormatInt(epoch.Unix()+5, 10), a.header.Get("X-Rate-Limit-Reset"), "rounded up")
	g.clock.add(4 * time.Second)
	g.get(http.StatusTooManyRequests, "/okta/api/v1/logs")
	assert.Equal(t, 1, g.sim.Stats(Okta).EarlyRetries)
	g.clock.add(700 * time.Millisecond)
	g.get(200, "/okta/api/v1/logs")
	assert.Zero(t, g.sim.Stats(Okta).Rejected)
}

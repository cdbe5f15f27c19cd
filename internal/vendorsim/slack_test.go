// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSlackWalkSeesEveryEventNewestFirst(t *testing.T) {
	g := newRig(t, Slack, untidy())
	g.clock.add(10 * time.Minute)
	var got []string
	query := "/slack/audit/v1/logs?limit=99&oldest=" + strconv.FormatInt(epoch.Add(-time.Hour).Unix(), 10)
	for cursor := ""; ; {
		a := g.get(200, query+"&cursor="+cursor)
		got = append(got, a.raw("entries")...)
		if cursor = a.get("response_metadata.next_cursor").String(); cursor == "" {
			break
		}
	}
	assert.Positive(t, g.all(got))
	assert.Greater(t, UID(Slack, []byte(got[0])), UID(Slack, []byte(got[len(got)-1])))
}

func TestSlackBoundsAreInclusiveSeconds(t *testing.T) {
	g := newRig(t, Slack, LogConfig{Rate: 4})
	g.clock.add(time.Minute)
	at := strconv.FormatInt(epoch.Unix()+30, 10)
	assert.Len(t, g.get(200, "/slack/audit/v1/logs?oldest="+at+"&latest="+at).raw("entries"), 4)
}

func TestSlackErrorsComeUnder200(t *testing.T) {
	g := newRig(t, Slack, LogConfig{Backlog: 3})
	a := g.get(200, "/slack/audit/v1/logs?cursor=x")
	assert.JSONEq(t, `{"ok":false,"error":"invalid_cursor"}`, a.body)
	for _, q := range []string{"limit=10000", "oldest=2026-01-01T00:00:00Z", "latest=1.5", "page=1"} {
		g.get(400, "/slack/audit/v1/logs?"+q)
	}
	g.get(401, "/slack/audit/v1/logs", header("Authorization", ""))
	require.NoError(t, g.sim.SetFault(Slack, Fault{Kind: FaultRateLimit, Next: 1, Delay: 1500 * time.Millisecond}))
	assert.Equal(t, "2", g.get(429, "/slack/audit/v1/logs").header.Get("Retry-After"))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func offsetRig(t *testing.T, log LogConfig) *rig {
	g := newRig(t, Offset, log)
	g.auth = header("X-API-Key", "sim-offset-token")
	return g
}

func TestOffsetWalkSeesEveryEventWhileNothingArrives(t *testing.T) {
	for _, sort := range []string{"asc", "desc"} {
		t.Run(sort, func(t *testing.T) {
			g := offsetRig(t, untidy())
			g.clock.add(20 * time.Minute)
			var got []string
			for skip := 0; ; skip += 50 {
				page := g.get(200, fmt.Sprintf("/offset/v1/audit/events?limit=50&skip=%d&sort=%s", skip, sort)).raw("data.events")
				if len(page) == 0 {
					break
				}
				got = append(got, page...)
			}
			assert.Positive(t, g.all(got))
		})
	}
}

func TestOffsetDriftsWhenEventsArrive(t *testing.T) {
	g := offsetRig(t, LogConfig{Rate: 1, Backlog: 100})
	first := g.get(200, "/offset/v1/audit/events?limit=10").raw("data.events")
	g.clock.add(3 * time.Second)
	second := g.get(200, "/offset/v1/audit/events?limit=10&skip=10").raw("data.events")
	assert.Equal(t, first[7:], second[:3])
	until := "&until=" + epoch.Format(time.RFC3339)
	pinned := g.get(200, "/offset/v1/audit/events?limit=10&skip=10"+until).raw("data.events")
	assert.NotEqual(t, second, pinned, "a pinned end stops the drift")
}

func TestOffsetBoundsAreInclusive(t *testing.T) {
	g := offsetRig(t, LogConfig{Backlog: 100})
	a := g.get(200, "/offset/v1/audit/events?from_time=2025-12-31T23:59:30Z&until=2025-12-31T23:59:40Z&include=all")
	require.Len(t, a.raw("data.events"), 11)
	assert.True(t, a.get("ok").Bool())
}

func TestOffsetRefuses(t *testing.T) {
	g := offsetRig(t, LogConfig{Backlog: 10})
	for _, query := range []string{"limit=0", "limit=1001", "skip=-1", "from_time=1", "until=x", "sort=up", "offset=3"} {
		a := g.get(400, "/offset/v1/audit/events?"+query)
		assert.False(t, a.get("ok").Bool())
	}
	g.get(401, "/offset/v1/audit/events", header("X-API-Key", "wrong"))
	g.get(404, "/offset/v2")
}

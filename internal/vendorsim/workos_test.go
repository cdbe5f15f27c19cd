// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWorkOSTailsByTheIDOfTheLastEvent(t *testing.T) {
	g := newRig(t, WorkOS, untidy())
	var got []string
	after := ""
	for range 20 {
		for more := true; more; {
			a := g.get(200, "/workos/events?order=asc&limit=30&after="+after)
			page := a.raw("data")
			got = append(got, page...)
			if len(page) > 0 {
				after = UID(WorkOS, []byte(page[len(page)-1]))
			}
			if more = a.get("list_metadata.after").Type.String() != "Null"; more {
				require.Equal(t, after, a.get("list_metadata.after").String())
			}
		}
		g.clock.add(7 * time.Second)
	}
	g.clock.add(-7 * time.Second)
	assert.Zero(t, g.all(got), "an id names one place, so nothing is repeated")
}

func TestWorkOSWalkSeesEveryEventBothWays(t *testing.T) {
	for _, order := range []string{"asc", "desc", "normal", ""} {
		g := newRig(t, WorkOS, LogConfig{Rate: 2, Backlog: 100, Disorder: Disorder{LateFraction: 0.2, LateMax: time.Minute}})
		g.clock.add(time.Minute)
		var got []string
		for after, more := "", true; more; {
			a := g.get(200, "/workos/events?limit=17&range_start=2025-12-01T00:00:00.000Z&after="+after+"&order="+order)
			got = append(got, a.raw("data")...)
			after = a.get("list_metadata.after").String()
			more = after != ""
		}
		assert.Zero(t, g.all(got), order)
	}
	g := newRig(t, WorkOS, LogConfig{Backlog: 100})
	a := g.get(200, "/workos/events?range_start=2025-12-31T23:59:30.000Z&range_end=2025-12-31T23:59:33.000Z")
	assert.Len(t, a.raw("data"), 2, "both ends excluded")
	for _, q := range []string{"after=event_x", "after=event_01SIM000000009999"} {
		g.get(400, "/workos/events?"+q)
	}
	for _, q := range []string{"limit=101", "order=up", "range_start=1"} {
		g.get(422, "/workos/events?"+q)
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func pageRig(t *testing.T, log LogConfig) *rig {
	g := newRig(t, Page, log)
	g.auth = func(r *http.Request) { r.SetBasicAuth("sim-page-id", "sim-page-secret") }
	return g
}

func TestPageWalkSeesEveryEventWhileNothingArrives(t *testing.T) {
	g := pageRig(t, untidy())
	g.clock.add(20 * time.Minute)
	var got []string
	for n, total := 1, 1; n <= total; n++ {
		a := g.get(200, fmt.Sprintf("/page/v1/audit?per_page=200&page=%d", n))
		got = append(got, a.raw("items")...)
		total = int(a.get("total_pages").Int())
	}
	assert.Positive(t, g.all(got))
}

func TestPageBoundsAreMilliseconds(t *testing.T) {
	g := pageRig(t, LogConfig{Backlog: 100})
	ms := func(d time.Duration) string { return strconv.FormatInt(epoch.Add(d).UnixMilli(), 10) }
	a := g.get(200, "/page/v1/audit?start="+ms(-30*time.Second)+"&end="+ms(-20*time.Second))
	require.Len(t, a.raw("items"), 10)
	assert.Equal(t, ms(-21*time.Second), a.get("items.0.created_at").Raw)
	for _, q := range []string{"page=0", "per_page=201", "start=x", "limit=1"} {
		g.get(400, "/page/v1/audit?"+q)
	}
	g.get(401, "/page/v1/audit", header("Authorization", "Basic eDp5"))
	require.NoError(t, g.sim.SetFault(Page, Fault{Kind: FaultRateLimit, Next: 1, Delay: 9 * time.Second}))
	assert.Equal(t, "9", g.get(429, "/page/v1/audit").header.Get("RateLimit-Reset"), "seconds from now")
}

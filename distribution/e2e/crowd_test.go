// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// crowdVendors are the vendors of testdata/kill.yaml.
var crowdVendors = []string{vendorsim.Okta, vendorsim.GitHub, vendorsim.Slack, vendorsim.Offset}

// crowd serves some vendors, with faults, until their clock is stopped.
type crowd struct {
	sim    *vendorsim.Sim
	url    string
	frozen atomic.Int64 // the vendors' last moment; 0 = they go on
}

func startCrowd(t *testing.T, seed uint64, options vendorsim.VendorOptions) *crowd {
	t.Helper()
	c := &crowd{}
	c.sim = vendorsim.New(vendorsim.Options{Seed: seed, Now: c.now, Defaults: options})
	for _, f := range []vendorsim.Fault{
		{Kind: vendorsim.FaultReset, Prob: 0.01},
		{Kind: vendorsim.FaultTruncateJSON, Prob: 0.01},
		{Kind: vendorsim.FaultTruncateLength, Prob: 0.01},
		{Kind: vendorsim.FaultLate, Prob: 0.02, Delay: time.Second},
	} {
		require.NoError(t, c.sim.SetFault("", f))
	}
	server := httptest.NewServer(c.sim)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// now is the vendors' clock, which stands still in the end.
func (c *crowd) now() time.Time {
	if end := c.frozen.Load(); end != 0 {
		return time.Unix(0, end)
	}
	return time.Now()
}

// freeze lets everything that is late come, then stops the vendors' clock and
// ends their faults.
func (c *crowd) freeze() {
	late := time.NewTimer(1500 * time.Millisecond)
	defer late.Stop()
	<-late.C
	// At a whole second: who asks in seconds could not ask for what came after.
	c.frozen.Store(time.Now().Truncate(time.Second).Add(time.Second).UnixNano())
	c.sim.ClearFaults("")
}

// missing counts, by vendor, what has been shown, or is there to be shown, and
// has not come.
func (c *crowd) missing(sink *moodySink) map[string]int {
	missing := map[string]int{}
	for _, vendor := range crowdVendors {
		uids := c.sim.Visible(vendor, c.now())
		for _, seen := range c.sim.Shown(vendor) {
			uids = append(uids, seen.UID)
		}
		for _, uid := range uids {
			if !sink.has("restaudit/"+vendor, uid) {
				missing[vendor]++
			}
		}
	}
	return missing
}

// explain logs when missing events happened and were shown.
func (c *crowd) explain(t *testing.T, sink *moodySink, missing map[string]int) {
	t.Helper()
	for vendor := range missing {
		for _, seen := range c.sim.Shown(vendor) {
			if !sink.has("restaudit/"+vendor, seen.UID) {
				event := c.sim.Log(vendor).Event(seen.Index)
				t.Logf("%s %s: event of %v, shown at %v", vendor, seen.UID, event.Time, seen.At)
			}
		}
	}
}

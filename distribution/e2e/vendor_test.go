// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// vendor is one simulated vendor that events come to while the test runs.
type vendor struct {
	name  string
	url   string
	sim   *vendorsim.Sim
	total int
}

// startVendor serves a vendor with a backlog, and some live events.
func startVendor(t *testing.T, name string) *vendor {
	t.Helper()
	const backlog, total = 240, 300
	sim := vendorsim.New(vendorsim.Options{Seed: 11, Vendors: map[string]vendorsim.VendorOptions{name: {
		MaxPage: 40,
		Log:     vendorsim.LogConfig{Backlog: backlog, BacklogSpan: 40 * time.Minute, Rate: 30, Total: total, Ties: 3},
	}}})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return &vendor{name: name, url: server.URL + "/" + name, sim: sim, total: total}
}

// complete tells whether all events of the vendor are among the records.
func (v *vendor) complete(records []rig.Record) bool {
	visible := v.sim.Visible(v.name, time.Now())
	if len(visible) < v.total {
		return false
	}
	there := map[string]bool{}
	for _, r := range records {
		there[r.UID] = true
	}
	for _, uid := range visible {
		if !there[uid] {
			return false
		}
	}
	return true
}

// eventFields are where the vendors say what happened and when.
var eventFields = map[string]struct{ name, time string }{
	vendorsim.Okta:       {"eventType", "published"},
	vendorsim.GitHub:     {"action", `\@timestamp`},
	vendorsim.Salesforce: {"Action", "CreatedDate"},
	vendorsim.Offset:     {"action", "event_time"},
}

// assertExact checks that the records are the vendor's events: each once, byte
// for byte, with its name and time. Destinations keep times to precision.
func (v *vendor) assertExact(t *testing.T, records []rig.Record, precision time.Duration) {
	t.Helper()
	times := map[string]int{}
	fields := eventFields[v.name]
	for _, r := range records {
		times[r.UID]++
		body, ok := v.sim.Body(v.name, r.UID)
		if !assert.True(t, ok, "%s is no event of %s", r.UID, v.name) {
			continue
		}
		require.Equal(t, string(body), r.Body)
		require.Equal(t, gjson.GetBytes(body, fields.name).String(), r.EventName)
		require.Equal(t, eventTime(t, gjson.GetBytes(body, fields.time)).Round(precision), r.Time.Round(precision))
	}
	for _, uid := range v.sim.Visible(v.name, time.Now()) {
		assert.Equal(t, 1, times[uid], "%s came %d times", uid, times[uid])
	}
	assert.Len(t, times, v.total)
	assert.Zero(t, v.sim.Stats(v.name).Rejected, "the vendor refused requests: %v", v.sim.Stats(v.name).Statuses)
}

// eventTime reads a vendor's time independently of the product.
func eventTime(t *testing.T, v gjson.Result) time.Time {
	t.Helper()
	if v.Type == gjson.Number {
		return time.UnixMilli(v.Int()).UTC()
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999-0700"} {
		if at, err := time.Parse(layout, v.Str); err == nil {
			return at.UTC()
		}
	}
	require.Fail(t, "not a time", v.Raw)
	return time.Time{}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

func TestOriginalProductsExamplesDeliver(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ config, vendor, receiver, endpoint, path string }{
		{"okta.yaml", vendorsim.Okta, "restaudit/okta", "OKTA_ENDPOINT", "/api/v1/logs"},
		{"github.yaml", vendorsim.GitHub, "restaudit/github", "GITHUB_ENDPOINT", "/orgs/acme/audit-log"},
		{"salesforce.yaml", vendorsim.Salesforce, "restaudit/salesforce", "SALESFORCE_URL", ""},
		{"custom.yaml", vendorsim.Offset, "restaudit/custom", "CUSTOM_ENDPOINT", "/v1/audit/events"},
	} {
		t.Run(tc.config, func(t *testing.T) {
			t.Parallel()
			v := startVendor(t, tc.vendor)
			secrets := vendorsim.DefaultCredentials(tc.vendor)
			events := filepath.Join(t.TempDir(), "events.jsonl")
			received := lines(t, events)
			c := startCollector(t, []string{
				"STATE_DIR=" + t.TempDir(), "EVENTS_FILE=" + events, tc.endpoint + "=" + v.url + tc.path,
				"OKTA_API_TOKEN=" + secrets.Token, "GITHUB_TOKEN=" + secrets.Token, "CUSTOM_API_KEY=" + secrets.Token,
				"SALESFORCE_CLIENT_ID=" + secrets.KeyID, "SALESFORCE_CLIENT_SECRET=" + secrets.KeySecret,
			}, filepath.Join("..", "config", "flicker", tc.config), "yaml:receivers::"+tc.receiver+"::poll_interval: 200ms")
			c.waitFor(t, "all events have arrived", func() bool { return v.complete(received()) })
			c.shutDown(t)
			v.assertExact(t, received(), time.Nanosecond)
		})
	}
}

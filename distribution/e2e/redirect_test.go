// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

const extensionConfig = `
receivers:
  restaudit/a: {endpoint: "%[1]s", auth: {authenticator: oauth2client}, poll_interval: 10ms, retry: {initial_interval: 2ms, max_interval: 5ms}}
extensions: {oauth2client: {token_url: "%[1]s/token", client_id: me, client_secret: c4nary}}
exporters: {nop: {}}
service:
  extensions: [oauth2client]
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [restaudit/a], exporters: [nop]}}
`

// TestExtensionsDoNotCarrySecretsAway: an extension that gets tokens has a client
// of its own, and its token server redirects.
func TestExtensionsDoNotCarrySecretsAway(t *testing.T) {
	t.Parallel()
	var asked, stolen atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	t.Cleanup(evil.Close)
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		statuses := []int{301, 302, 303, 307, 308}
		http.Redirect(w, r, evil.URL+"/token", statuses[asked.Add(1)%5])
	}))
	t.Cleanup(vendor.Close)
	c := &collector{log: &output{}}
	startQuietly(t, c, write(t, "otel.yaml", fmt.Sprintf(extensionConfig, vendor.URL)))
	c.waitFor(t, "the token server was asked", func() bool { return asked.Load() >= 20 })
	assert.Zero(t, stolen.Load())
	assert.NotContains(t, c.log.String(), "c4nary")
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
	"github.com/restaudit/otelcol-audit/presets"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// simulated are the presets whose vendors are simulated too, with the origin
// that the vendor has.
var simulated = map[string]struct{ vendor, origin string }{
	"okta":                         {vendorsim.Okta, "https://acme.okta.com"},
	"okta_asa":                     {vendorsim.ASA, "https://app.scaleft.com"},
	"github_org":                   {vendorsim.GitHub, "https://api.github.com"},
	"github_enterprise":            {vendorsim.GitHub, "https://api.github.com"},
	"salesforce_setup_audit_trail": {vendorsim.Salesforce, "https://acme.my.salesforce.com"},
	"slack":                        {vendorsim.Slack, "https://api.slack.com"},
	"onepassword_audit_events":     {vendorsim.OnePassword, "https://events.1password.com"},
	"workos":                       {vendorsim.WorkOS, "https://api.workos.com"},
	"sentinelone":                  {vendorsim.SentinelOne, "https://usea1-acme.sentinelone.net"},
	"cloudtrail":                   {vendorsim.CloudTrail, "https://cloudtrail.eu-central-1.amazonaws.com"},
	"m365":                         {vendorsim.M365, "https://manage.office.com"},
	"azure_activity_log":           {vendorsim.Azure, "https://management.azure.com"},
}

// wire leads the requests to the simulator, whatever host they are for.
type wire struct {
	component.StartFunc
	component.ShutdownFunc
	vendor string
	sim    http.RoundTripper
}

// GetHTTPRoundTripper makes the wire a middleware of HTTP clients.
func (w wire) GetHTTPRoundTripper(context.Context) (func(context.Context, http.RoundTripper) (http.RoundTripper, error), error) {
	return func(context.Context, http.RoundTripper) (http.RoundTripper, error) { return w, nil }, nil
}

// RoundTrip names the vendor in the host, where the simulator looks for it.
func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	inner := req.Clone(req.Context())
	if !strings.HasPrefix(inner.URL.Host, w.vendor+".") { // a signature can cover the host
		inner.URL.Host = w.vendor + "." + req.URL.Host
		inner.Host = inner.URL.Host
	}
	resp, err := w.sim.RoundTrip(inner)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// TestPresetsReadSimulatedVendors polls simulators that were written from the
// vendors' documentation, not from the presets. They refuse parameters that the
// vendor does not know, filter by time, and show events late.
func TestPresetsReadSimulatedVendors(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(simulated)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := presets.Get(name)
			require.NoError(t, err)
			s := &scene{Preset: p}
			synctest.Test(t, func(t *testing.T) { s.readSimulated(t) })
		})
	}
}

func (s *scene) readSimulated(t *testing.T) {
	const backlog = 90
	time.Sleep(time.Until(began))
	vendor, origin := simulated[s.Name].vendor, simulated[s.Name].origin
	credentials := vendorsim.DefaultCredentials(vendor)
	sim := vendorsim.New(vendorsim.Options{Seed: 11, BaseURL: origin, Defaults: vendorsim.VendorOptions{
		MaxPage: 7, Log: vendorsim.LogConfig{
			Backlog: backlog, BacklogSpan: 20 * time.Hour, Ties: 3, Rate: 0.02,
			Disorder: vendorsim.Disorder{LateFraction: 0.2, LateMax: 8 * time.Minute},
		},
	}})
	cfg := s.config(t)
	s.authenticate(cfg, credentials)
	got := &pipeline{counts: map[string]int{}}
	next, err := consumer.NewLogs(got.consume)
	require.NoError(t, err)
	factory := restauditreceiver.NewFactory()
	r, err := factory.CreateLogs(t.Context(), receivertest.NewNopSettings(factory.Type()), cfg, next)
	require.NoError(t, err)
	w := wire{vendor: vendor, sim: vendorsim.Transport(sim)}
	h := host{Host: componenttest.NewNopHost(), extensions: map[component.ID]component.Component{vendorID: w}}
	require.NoError(t, r.Start(t.Context(), h))
	time.Sleep(2 * time.Hour)
	sure := sim.Visible(vendor, time.Now().Add(-5*time.Minute))
	require.NoError(t, r.Shutdown(t.Context()))
	assert.Greater(t, len(sure), backlog)
	var wrong []string
	for _, uid := range sure {
		if got.counts[uid] != 1 {
			wrong = append(wrong, fmt.Sprintf("%s was delivered %d times", uid, got.counts[uid]))
		}
	}
	assert.Empty(t, wrong)
	assert.Zero(t, sim.Stats(vendor).Rejected, "%v", sim.Stats(vendor).Statuses)
}

// authenticate gives the preset the simulator's credentials.
func (s *scene) authenticate(cfg *restauditreceiver.Config, with vendorsim.Credentials) {
	c := &cfg.Credentials
	switch {
	case c.OAuth2 != nil && c.OAuth2.ClientSecret != "":
		c.OAuth2.ClientID, c.OAuth2.ClientSecret = with.KeyID, configopaque.String(with.KeySecret)
	case c.Login != nil:
		c.Login.Secrets["key_id"], c.Login.Secrets["key_secret"] = configopaque.String(with.KeyID), configopaque.String(with.KeySecret)
	case c.SigV4 != nil:
		c.SigV4.AccessKeyID, c.SigV4.SecretAccessKey = with.KeyID, configopaque.String(with.KeySecret)
	case c.Bearer != "":
		c.Bearer = configopaque.String(with.Token)
	default:
		scheme, _, _ := strings.Cut(string(c.Header), " ")
		c.Header = configopaque.String(scheme + " " + with.Token)
	}
}

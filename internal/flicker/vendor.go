// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"regexp"
	"strings"
	"time"
)

// vendor is a known API behind an endpoint.
type vendor struct {
	preset string
	// params are the preset's, in order of names and values; without any the
	// endpoint is written out.
	params []any
	// scheme is what the vendor's Authorization header begins with.
	scheme string
	// why says where the original's way differs from the vendor's.
	why string
}

const (
	whyOkta = "Okta returns a bare array, and the way on is in the Link header; it says never to build `after` oneself, and `since` must not be " +
		"sent with it. Flicker's `next_cursor_field` found nothing there, its offsets do not exist: at most the first page was read. " +
		"The preset follows the link and keeps it over restarts."
	whyGitHub = "At GitHub `after` is an opaque cursor and no time, the order is newest first unless `order=asc`, and `created_at` is not in every event. " +
		"The preset asks by `phrase=created:>=...`, oldest first, and follows the Link header."
	whySalesforce = "Salesforce needs a query in SOQL with the time in its WHERE, and goes on by `nextRecordsUrl`; `limit` and `offset` are not its parameters. " +
		"Flicker sent no query at all. The preset asks for the SetupAuditTrail, oldest first."
	whySlack = "Slack lists newest first, by `oldest` and `latest` in whole seconds, and a short page is not the last one. The preset knows that."
)

// endpoints are the known ones: host and path of a URL without its query. The
// groups become the values of the params.
var endpoints = []struct {
	url    *regexp.Regexp
	params []string
	vendor
}{
	{regexp.MustCompile(`^https://([a-zA-Z0-9-]+)\.okta\.com/api/v1/logs/?$`), []string{"org"}, vendor{preset: "okta", scheme: "SSWS", why: whyOkta}},
	{regexp.MustCompile(`^https://[a-zA-Z0-9.-]+\.(?:oktapreview\.com|okta-emea\.com|okta-gov\.com|okta\.mil)/api/v1/logs/?$`), nil, vendor{preset: "okta", scheme: "SSWS", why: whyOkta}},
	{regexp.MustCompile(`^https://api\.github\.com/orgs/([a-zA-Z0-9_.-]+)/audit-log/?$`), []string{"org"}, vendor{preset: "github_org", scheme: "Bearer", why: whyGitHub}},
	{regexp.MustCompile(`^https://api\.github\.com/enterprises/([a-zA-Z0-9_.-]+)/audit-log/?$`), []string{"enterprise"}, vendor{preset: "github_enterprise", scheme: "Bearer", why: whyGitHub}},
	{regexp.MustCompile(`^https://([a-zA-Z0-9-]+)\.my\.salesforce\.com/services/data/v([0-9.]+)/query/?$`), []string{"domain", "api_version"}, vendor{preset: "salesforce_setup_audit_trail", scheme: "Bearer", why: whySalesforce}},
	{regexp.MustCompile(`^https://[a-zA-Z0-9.-]+\.salesforce\.com/services/data/v[0-9.]+/query/?$`), nil, vendor{preset: "salesforce_setup_audit_trail", scheme: "Bearer", why: whySalesforce}},
	{regexp.MustCompile(`^https://api\.slack\.com/audit/v1/logs/?$`), nil, vendor{preset: "slack", scheme: "Bearer", why: whySlack}},
}

// recognise finds the preset for a source by its endpoint.
func recognise(s *source) (vendor, bool) {
	address, _, _ := strings.Cut(s.Endpoint, "?")
	for _, e := range endpoints {
		match := e.url.FindStringSubmatch(address)
		if match == nil {
			continue
		}
		v := e.vendor
		for i, name := range e.params {
			v.params = append(v.params, name, match[i+1])
		}
		return v, true
	}
	return vendor{}, false
}

// preset writes a source of a known vendor: what the preset knows replaces what
// the original's file says.
func (c *converter) preset(r section, s *source, v vendor, at string) error {
	r.set("preset", v.preset, v.why)
	c.warnings = append(c.warnings, Warning{Line: c.at.line(at), Key: at, Text: "preset " + v.preset + " replaces the paging, time and response keys. " + v.why})
	switch address, query, _ := strings.Cut(s.Endpoint, "?"); {
	case len(v.params) > 0 && query == "":
		r.set("params", flow(v.params...))
	default:
		if query != "" {
			c.warn(at+".endpoint", "the query of the endpoint is left out: the preset sets its own; add what is needed under `request::query`")
		}
		if v.preset != "slack" {
			r.set("endpoint", text(address))
		}
	}
	if v.preset == "salesforce_setup_audit_trail" {
		c.warn(at, "a fixed bearer token ends with its session, by default after two hours: with `credentials: {oauth2: {client_id: ..., client_secret: ...}}` new ones are fetched")
	}
	if err := c.credentials(r, s, at, v.scheme); err != nil {
		return err
	}
	r.set("storage", c.storageID)
	r.set("poll_interval", time.Duration(s.PollingFrequencyMS)*time.Millisecond)
	return nil
}

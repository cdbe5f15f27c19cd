// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/request"
)

// checkHosts applies the origin rule to the URLs of further requests as far as
// the configuration decides where they lead: one that is refused would be each
// time.
func (c *Config) checkHosts(allowed func(*url.URL) error) error {
	for _, further := range c.furtherURLs() {
		scheme, rest, absolute := strings.Cut(further.url, "://")
		host, _, _ := strings.Cut(rest, "/")
		at, err := request.Expand(scheme+"://"+host, c.params())
		if !absolute || err != nil {
			continue // beside the endpoint, or the vendor's data decide
		}
		u, err := url.Parse(at)
		if err != nil {
			continue // whoever writes the request tells what is wrong with it
		}
		if err := allowed(u); err != nil {
			return fmt.Errorf("`%s`: %w", further.key, err)
		}
	}
	return nil
}

// keyedURL is a URL and where it stands.
type keyedURL struct{ key, url string }

// furtherURLs are the URLs that are asked beside the endpoint.
func (c *Config) furtherURLs() []keyedURL {
	var out []keyedURL
	if c.Request.Next != nil {
		out = append(out, keyedURL{"request::next::url", c.Request.Next.URL})
	}
	if c.Expand != nil {
		out = append(out, keyedURL{"expand::url", c.Expand.URL})
	}
	return out
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import "github.com/restaudit/otelcol-audit/internal/send"

// openTexts are what the configuration says openly about requests. A header is
// none of them: it may carry a credential.
func (c *Config) openTexts() send.Open {
	open := send.Open{c.ClientConfig.Endpoint, c.Request.Body}
	queries := []map[string]Text{c.Request.Query}
	if n := c.Request.Next; n != nil {
		open, queries = append(open, n.URL, n.Body), append(queries, n.Query)
	}
	if e := c.Expand; e != nil {
		open, queries = append(open, e.URL, e.Body), append(queries, e.Query)
	}
	for _, query := range queries {
		for _, value := range query {
			open = append(open, string(value))
		}
	}
	for _, values := range c.Params {
		for _, value := range values {
			open = append(open, string(value))
		}
	}
	return open
}

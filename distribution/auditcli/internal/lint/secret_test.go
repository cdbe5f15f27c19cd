// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCredentialsInPlainText(t *testing.T) {
	const secret = "00Qn3kZpX9vB7wLm"
	for name, tc := range map[string]struct {
		config map[string]any
		want   string
		write  string
	}{
		"in the endpoint's query":          {map[string]any{"endpoint": "https://a.example/log?all=1&api_key=" + secret}, "endpoint", "`query: api_key`"},
		"in the query":                     {map[string]any{"request": map[string]any{"query": map[string]any{"access_token": secret}}}, "request::query::access_token", "`query: access_token`"},
		"a key that is long":               {map[string]any{"request": map[string]any{"query": map[string]any{"key": secret}}}, "request::query::key", "`query: key`"},
		"in a header":                      {map[string]any{"request": map[string]any{"headers": map[string]any{"X-Api-Key": secret}}}, "request::headers::X-Api-Key", "`header: X-Api-Key`"},
		"in Authorization":                 {map[string]any{"request": map[string]any{"headers": map[string]any{"Authorization": "Bearer " + secret}}}, "request::headers::Authorization", "`credentials::bearer_file`"},
		"by way of a param":                {map[string]any{"params": map[string]any{"t": secret}, "request": map[string]any{"query": map[string]any{"token": "{params.t}"}}}, "request::query::token", "`query: token`"},
		"in the request for the next page": {map[string]any{"request": map[string]any{"next": map[string]any{"query": map[string]any{"password": secret}}}}, "request::next::query::password", ""},
		"in the second step":               {map[string]any{"expand": map[string]any{"headers": map[string]any{"PRIVATE-TOKEN": secret}}}, "expand::headers::PRIVATE-TOKEN", ""},
		"in the URL of the second step":    {map[string]any{"expand": map[string]any{"url": "https://a.example/{item}?secret=" + secret}}, "expand::url", ""},

		"a cursor is none":             {config: map[string]any{"request": map[string]any{"query": map[string]any{"token": "{cursor}", "page_token": "{cursor}"}}}},
		"a token of pages is none":     {config: map[string]any{"request": map[string]any{"query": map[string]any{"next_token": secret, "token_type": "bearer-or-basic"}}}},
		"a key that is short is none":  {config: map[string]any{"request": map[string]any{"query": map[string]any{"key": "event_type"}}}},
		"a switch is none":             {config: map[string]any{"request": map[string]any{"query": map[string]any{"password": "true"}}}},
		"what credentials hold is not": {config: map[string]any{"credentials": map[string]any{"api_key": map[string]any{"value": "[REDACTED]", "query": "api_key"}}}},
		"headers beside the endpoint":  {config: map[string]any{"headers": map[string]any{"X-Api-Key": "[REDACTED]"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := safe()
			for key, value := range tc.config {
				c.Receivers["restaudit/okta"].Config[key] = value
			}
			findings := Judge(c)
			if tc.want == "" {
				assert.Empty(t, findings)
				return
			}
			assert.Equal(t, []string{"receivers::restaudit/okta::" + tc.want}, keys(findings))
			assert.Equal(t, Warning, findings[0].Level)
			assert.Contains(t, findings[0].Why, "in `"+tc.want+"`")
			assert.Contains(t, findings[0].Write, "`credentials::")
			assert.Contains(t, findings[0].Write, tc.write)
			assert.NotContains(t, findings[0].Key+findings[0].Why+findings[0].Write, secret[:8])
		})
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSettingsErrorsNameTheKey(t *testing.T) {
	query := func(m ...string) map[string]string {
		out := map[string]string{}
		for i := 0; i < len(m); i += 2 {
			out[m[i]] = m[i+1]
		}
		return out
	}
	tests := []struct {
		name string
		s    Settings
		want string
	}{
		{"no URL", Settings{}, "`endpoint`: missing"},
		{"no scheme", Settings{URL: "api.vendor.example"}, "`endpoint`: must start with https://"},
		{"other scheme", Settings{URL: "ftp://a.example"}, "`endpoint`: must start with https://"},
		{"no host", Settings{URL: "https:///x"}, "`endpoint`: has no valid host"},
		{"user info", Settings{URL: "https://u:p@a.example/"}, "`endpoint`: has a user or password in it; use `credentials::basic`"},
		{"fragment", Settings{URL: endpoint + "#x"}, "`endpoint`: has a fragment"},
		{"wrong escape", Settings{URL: endpoint + "/%zz"}, "`endpoint`: has a wrong %-escape"},
		{"wrong escape in query", Settings{URL: endpoint + "?a=%zz"}, "`endpoint`: has a wrong %-escape"},
		{"cursor in the host", Settings{URL: "https://{cursor}.example/"}, "`endpoint`: {cursor} must not stand in the host"},
		{"cursor at the start", Settings{URL: "{cursor}/x"}, "`endpoint`: {cursor} must not stand in the host"},
		{"unknown parameter in the host", Settings{URL: "https://{params.org}.example/"}, "`endpoint`: unknown placeholder {params.org}: write `org` under `params`"},
		{"misspelt parameter", Settings{URL: endpoint, Query: query("a", "{params.ogr}"), Params: map[string]string{"org": "acme"}}, "write `ogr` under `params`, which has org"},
		{"parameter changes the host", Settings{URL: "https://{params.org}.example/", Params: query("org", "evil.example/")}, "`endpoint`: {params.org} stands in the host"},
		{"parameter adds user info", Settings{URL: "https://{params.org}.example/", Params: query("org", "a@b")}, "`endpoint`: {params.org} stands in the host"},
		{"empty parameter in the host", Settings{URL: "https://{params.org}.example/", Params: query("org", "")}, "`endpoint`: {params.org} is empty"},
		{"method", Settings{URL: endpoint, Method: "DELETE"}, "`request::method`"},
		{"query placeholder", Settings{URL: endpoint, Query: query("phrase", "{strat}")}, "`request::query::phrase`: unknown placeholder {strat}"},
		{"query twice", Settings{URL: endpoint + "?a=1", Query: query("a", "2")}, "`request::query::a` is also in the query of `endpoint`"},
		{"header name", Settings{URL: endpoint, Headers: query("X Y", "1")}, "`request::headers::X Y` is not a valid header name"},
		{"header value", Settings{URL: endpoint, Headers: query("X-Y", "a\nb")}, "`request::headers::X-Y`: a value has a control character"},
		{"header of the transport", Settings{URL: endpoint, Headers: query("host", "evil.example")}, "`request::headers::host` can't be set"},
		{"header twice", Settings{URL: endpoint, Headers: query("X-A", "1", "x-a", "2")}, "is set twice"},
		{"content type", Settings{URL: endpoint, Body: "x", Headers: query("Content-Type", ";;")}, "`request::headers::Content-Type`"},
		{"body is not JSON", Settings{URL: endpoint, Body: `{"a":`}, "`request::body` is not JSON at offset"},
		{"body has a tail", Settings{URL: endpoint, Body: `{} x`}, "`request::body` has text after"},
		{"body placeholder", Settings{URL: endpoint, Body: `{"a":"{nope}"}`}, "`request::body` unknown placeholder {nope}"},
		{"placed twice", Settings{URL: endpoint, Query: query("limit", "1"), Place: []Param{{Name: "limit", Value: "{page_size}", Key: "pagination::limit_param"}}}, "`pagination::limit_param`: the query parameter limit is set twice"},
		{"placed without name", Settings{URL: endpoint, Place: []Param{{Value: "{page_size}", Key: "pagination::limit_param"}}}, "`pagination::limit_param` is empty"},
		{"placed nowhere", Settings{URL: endpoint, Place: []Param{{Name: "a", In: "cookie", Key: "k"}}}, "`k`: \"cookie\" is not a location"},
		{"placed over a member", Settings{URL: endpoint, Body: `{"a":1}`, Place: []Param{{Name: "a", In: InBody, Value: "{cursor}", Key: "k"}}}, "`k` is also in `request::body`"},
		{"placed through a number", Settings{URL: endpoint, Body: `{"a":1}`, Place: []Param{{Name: "a.b", In: InBody, Value: "{cursor}", Key: "k"}}}, "`k` leads through something"},
		{"placed in plain text", Settings{URL: endpoint, Headers: query("Content-Type", "text/plain"), Body: "x", Place: []Param{{Name: "a", In: InBody, Key: "k"}}}, "`k` a parameter in the body needs"},
		{"next", Settings{URL: endpoint, Next: &Settings{Query: query("a", "{nope}")}}, "`request::next`: `request::query::a`: unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.s)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

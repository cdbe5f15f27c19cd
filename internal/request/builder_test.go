// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const endpoint = "https://api.vendor.example/v1/audit"

func build(t *testing.T, s Settings, v Values) *http.Request {
	t.Helper()
	if s.URL == "" {
		s.URL = endpoint
	}
	b, err := New(s)
	require.NoError(t, err)
	req, err := b.Build(t.Context(), v)
	require.NoError(t, err)
	return req
}

func bodyOf(t *testing.T, req *http.Request) string {
	t.Helper()
	rc, err := req.GetBody()
	require.NoError(t, err)
	again, err := io.ReadAll(rc)
	require.NoError(t, err)
	text, err := io.ReadAll(req.Body)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again), "GetBody gives the same body")
	assert.Equal(t, int64(len(text)), req.ContentLength)
	return string(text)
}

func TestURL(t *testing.T) {
	tests := []struct {
		name string
		s    Settings
		v    Values
		want string
	}{
		{"path value is one segment", Settings{URL: endpoint + "/{cursor}/x"}, Values{Cursor: "a/b?c#d%2e"}, endpoint + "/a%2Fb%3Fc%23d%252e/x"},
		{"literal escapes of the path are kept", Settings{URL: endpoint + "/a%2Fb c/{cursor}"}, Values{Cursor: "/"}, endpoint + "/a%2Fb%20c/%2F"},
		{"host from a parameter", Settings{URL: "https://{params.org}.okta.com/api", Params: map[string]string{"org": "acme"}}, Values{}, "https://acme.okta.com/api"},
		{"base URL from a parameter", Settings{URL: "{params.base}/api/v3", Params: map[string]string{"base": "http://ghe.acme.example:8443/"}}, Values{}, "http://ghe.acme.example:8443/api/v3"},
		{"path from a parameter is escaped", Settings{URL: endpoint + "/{params.t}", Params: map[string]string{"t": "a/..b"}}, Values{}, endpoint + "/a%2F..b"},
		{"plus is %2B", Settings{Query: map[string]string{"since": "{start}"}}, Values{Start: "2026-01-01T00:00:00+02:00"}, endpoint + "?since=2026-01-01T00%3A00%3A00%2B02%3A00"},
		{"space is %20", Settings{Query: map[string]string{"q": "a b"}}, Values{}, endpoint + "?q=a%20b"},
		{"an encoded value is not decoded", Settings{Query: map[string]string{"after": "{cursor}"}}, Values{Cursor: "a%3D%3D"}, endpoint + "?after=a%253D%253D"},
		{"query of the URL is encoded once", Settings{URL: endpoint + "?f=a%20b&f=%2B&g"}, Values{}, endpoint + "?f=a%20b&f=%2B&g="},
		{"placeholder in the query of the URL", Settings{URL: endpoint + "?q=ts%20ge%20{start}"}, Values{Start: "a&b=c"}, endpoint + "?q=ts%20ge%20a%26b%3Dc"},
		{"parameter without value is left out", Settings{Query: map[string]string{"after": "{cursor}", "n": "1"}}, Values{}, endpoint + "?n=1"},
		{"parameter with empty text stays", Settings{Query: map[string]string{"all": ""}}, Values{}, endpoint + "?all="},
		{"offset 0 is a value", Settings{Place: []Param{{Name: "skip", Value: "{offset}"}, {Name: "limit", Value: "{page_size}"}}}, Values{HasOffset: true, PageSize: 50}, endpoint + "?limit=50&skip=0"},
		{"page 0 without flag is none", Settings{Place: []Param{{Name: "page", Value: "{page}"}}}, Values{}, endpoint},
		{"literal braces", Settings{Query: map[string]string{"q": "{{start}}{x y}"}}, Values{}, endpoint + "?q=%7Bstart%7D%7Bx%20y%7D"},
		{"scheme is lower case", Settings{URL: "HTTPS://a.example/"}, Values{}, "https://a.example/"},
		{"IPv6 host", Settings{URL: "http://[::1]:80/x"}, Values{}, "http://[::1]:80/x"},
		{"no path", Settings{URL: "https://a.example?x={last_id}"}, Values{LastID: "7"}, "https://a.example?x=7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := build(t, tt.s, tt.v)
			assert.Equal(t, tt.want, req.URL.String())
			assert.Equal(t, req.URL.Host, req.Host)
			parsed, err := url.Parse(req.URL.String())
			require.NoError(t, err)
			assert.Equal(t, req.URL.Path, parsed.Path, "the path survives a round trip")
		})
	}
}

func TestValueMustNotMakeADotSegment(t *testing.T) {
	for _, cursor := range []string{".", "..", "../../admin", "a/..", `..\..\admin`, "./x", "a/./b"} {
		b, err := New(Settings{URL: endpoint + "/{cursor}/x"})
		require.NoError(t, err)
		_, err = b.Build(t.Context(), Values{Cursor: cursor})
		assert.ErrorContains(t, err, "segment")
	}
}

func TestOverrideURLIsUsedVerbatim(t *testing.T) {
	next, err := url.Parse("https://other.example/p%2Fq?after=a%2Bb&x=1#frag")
	require.NoError(t, err)
	s := Settings{Query: map[string]string{"limit": "5"}, Headers: map[string]string{"X-Tenant": "t"}, Method: "POST", Body: `{"a":1}`}
	req := build(t, s, Values{URL: next})
	assert.Equal(t, "https://other.example/p%2Fq?after=a%2Bb&x=1", req.URL.String())
	assert.Equal(t, "other.example", req.Host)
	assert.Equal(t, "t", req.Header.Get("X-Tenant"))
	assert.Equal(t, `{"a":1}`, bodyOf(t, req))
	assert.Equal(t, "frag", next.Fragment, "the caller's URL is not changed")
}

func TestRelativeOverrideURLIsRefused(t *testing.T) {
	b, err := New(Settings{URL: endpoint})
	require.NoError(t, err)
	for _, u := range []*url.URL{{Path: "/x"}, {Scheme: "ftp", Host: "a"}, {Scheme: "https", Opaque: "x"}} {
		_, err = b.Build(t.Context(), Values{URL: u})
		assert.Error(t, err)
	}
}

func TestHeaders(t *testing.T) {
	s := Settings{Headers: map[string]string{"x-after": "{cursor}", "X-Range": "from={start}"}, UserAgent: "restaudit/1.2"}
	req := build(t, s, Values{Start: "1"})
	assert.Equal(t, http.Header{"X-Range": {"from=1"}, "User-Agent": {"restaudit/1.2"}}, req.Header)

	req = build(t, Settings{Headers: map[string]string{"user-agent": "mine"}}, Values{})
	assert.Equal(t, []string{"mine"}, req.Header.Values("User-Agent"))

	b, err := New(Settings{URL: endpoint, Headers: map[string]string{"X-After": "{cursor}"}})
	require.NoError(t, err)
	for _, evil := range []string{"a\r\nX-Evil: 1", "a\nb", "a\x00b", "\x7f"} {
		_, err = b.Build(t.Context(), Values{Cursor: evil})
		require.ErrorContains(t, err, "`request::headers::X-After`")
		assert.NotContains(t, err.Error(), "Evil")
	}
}

func TestBody(t *testing.T) {
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
	xml := map[string]string{"Content-Type": "text/xml"}
	amz := map[string]string{"Content-Type": "application/x-amz-json-1.1"}
	tests := []struct {
		name string
		s    Settings
		v    Values
		want string
	}{
		{"JSON value stays inside its string", Settings{Body: `{"q":"ts >= '{start}'"}`}, Values{Start: "a\"},{\"x\":\"\\\n"}, `{"q":"ts >= 'a\"},{\"x\":\"\\\n'"}`},
		{"JSON number outside quotes", Settings{Body: `{"StartTime": {start}, "n": 1.50}`, Headers: amz}, Values{Start: "1767225600"}, `{"StartTime":1767225600,"n":1.50}`},
		{"JSON text outside quotes becomes a string", Settings{Body: `{"c": {cursor}}`}, Values{Cursor: `1,"x":2`}, `{"c":"1,\"x\":2"}`},
		{"JSON number inside quotes stays a string", Settings{Body: `{"c": "{cursor}"}`}, Values{Cursor: "12"}, `{"c":"12"}`},
		{"a list outside quotes stays a list", Settings{Body: `{"search_after": {cursor}}`}, Values{Cursor: `["2026-01-01T00:00:00Z", 7]`}, `{"search_after":["2026-01-01T00:00:00Z", 7]}`},
		{"a list inside quotes is a string", Settings{Body: `{"c": "{cursor}"}`}, Values{Cursor: `["a"]`}, `{"c":"[\"a\"]"}`},
		{"what only looks like a list is a string", Settings{Body: `{"c": {cursor}}`}, Values{Cursor: `[a"], "x": [1`}, `{"c":"[a\"], \"x\": [1"}`},
		{"without a value a list is left out", Settings{Body: `{"n": 1, "search_after": {cursor}}`}, Values{}, `{"n":1}`},
		{"big numbers keep their digits", Settings{Body: `{"n": 12345678901234567890, "c": {cursor}}`}, Values{Cursor: "9007199254740993"}, `{"n":12345678901234567890,"c":9007199254740993}`},
		{"JSON member without value is left out", Settings{Body: `{"a":"{cursor}","b":{last_id},"c":[1,"{cursor}"],"d":null}`}, Values{}, `{"c":[1],"d":null}`},
		{"GraphQL braces are text", Settings{Body: `{"query":"query { a(first: {page_size}) { id } }","variables":{"after":"{cursor}"}}`}, Values{PageSize: 5, Cursor: "c"}, `{"query":"query { a(first: 5) { id } }","variables":{"after":"c"}}`},
		{"HTML characters are not escaped", Settings{Body: `{"q":"a<b & c>d {start}"}`}, Values{Start: "<&>"}, `{"q":"a<b & c>d <&>"}`},
		{"a placed member makes its objects", Settings{Body: `{"query":"q"}`, Place: []Param{{Name: "variables.page.after", In: InBody, Value: "{cursor}"}, {Name: "variables.first", In: InBody, Value: "{page_size}"}}}, Values{Cursor: "1", PageSize: 3}, `{"query":"q","variables":{"page":{"after":"1"},"first":3}}`},
		{"a placed member without value is left out", Settings{Place: []Param{{Name: "after", In: InBody, Value: "{cursor}"}}}, Values{}, `{}`},
		{"a placed time may be a number", Settings{Place: []Param{{Name: "StartTime", In: InBody, Value: "{start}", AsNumber: true}, {Name: "s", In: InBody, Value: "{start}"}}}, Values{Start: "17"}, `{"StartTime":17,"s":"17"}`},
		{"a dot in a name is escaped", Settings{Place: []Param{{Name: `a\.b`, In: InBody, Value: "{start}"}}}, Values{Start: "1"}, `{"a.b":"1"}`},
		{"form values are escaped", Settings{Headers: form, Body: "a=1&since={start}&c={cursor}"}, Values{Start: "x&y=+ "}, "a=1&since=x%26y%3D%2B+"},
		{"form field is placed", Settings{Headers: form, Place: []Param{{Name: "c[]", In: InBody, Value: "{cursor}"}}}, Values{Cursor: "é"}, "c%5B%5D=%C3%A9"},
		{"XML values are escaped", Settings{Headers: xml, Body: "<a>{cursor}</a>"}, Values{Cursor: "</a><b>"}, "<a>&lt;/a&gt;&lt;b&gt;</a>"},
		{"text is verbatim", Settings{Headers: map[string]string{"Content-Type": "text/plain"}, Body: "since {start}\n"}, Values{Start: "x"}, "since x\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.s.Method = "post"
			req := build(t, tt.s, tt.v)
			assert.Equal(t, tt.want, bodyOf(t, req))
			assert.NotEmpty(t, req.Header.Get("Content-Type"))
			assert.Equal(t, "POST", req.Method)
		})
	}
}

func TestContentTypeDefaultsToJSON(t *testing.T) {
	req := build(t, Settings{Method: "POST", Body: "{}"}, Values{})
	assert.Equal(t, "application/json", req.Header.Get("Content-Type"))
	req = build(t, Settings{}, Values{})
	assert.Empty(t, req.Header.Get("Content-Type"))
	assert.Nil(t, req.Body)
}

func TestNextTemplateIsUsedAfterTheFirstRequest(t *testing.T) {
	s := Settings{
		URL: endpoint, Headers: map[string]string{"X-Tenant": "t"}, Query: map[string]string{"since": "{start}", "type": "all"},
		Next: &Settings{Query: map[string]string{"cursor": "{cursor}"}},
	}
	assert.Equal(t, endpoint+"?since=1&type=all", build(t, s, Values{Start: "1"}).URL.String())
	req := build(t, s, Values{Start: "1", Cursor: "c", Follow: true})
	assert.Equal(t, endpoint+"?cursor=c", req.URL.String())
	assert.Equal(t, "t", req.Header.Get("X-Tenant"))

	s.Next = nil
	assert.Equal(t, endpoint+"?since=1&type=all", build(t, s, Values{Start: "1", Follow: true}).URL.String())
}

func TestBuildCarriesTheContext(t *testing.T) {
	type key struct{}
	b, err := New(Settings{URL: endpoint})
	require.NoError(t, err)
	req, err := b.Build(context.WithValue(t.Context(), key{}, 7), Values{})
	require.NoError(t, err)
	assert.Equal(t, 7, req.Context().Value(key{}))
}

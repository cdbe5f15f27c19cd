// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mustParse(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	require.NoError(t, err)
	return u
}

func TestOriginRule(t *testing.T) {
	tests := []struct {
		name, endpoint, target string
		allowed                bool
	}{
		{"same", "https://a.example/x", "https://a.example/y?z", true},
		{"case of host and scheme", "https://a.example/x", "HTTPS://A.Example/", true},
		{"default port written", "https://a.example/x", "https://a.example:443/", true},
		{"empty port", "https://a.example/x", "https://a.example:/", true},
		{"trailing dot", "https://a.example/x", "https://a.example./", true},
		{"international name in two spellings", "https://bücher.example/", "https://xn--bcher-kva.example/", true},
		{"unicode dots", "https://a.example/", "https://a。example/", true},
		{"same IPv6 in two spellings", "http://[::1]:8080/", "http://[0:0::1]:8080/", true},
		{"allowed host", "https://a.example/", "https://b.example/x", true},
		{"allowed host with port", "https://a.example/", "https://c.example:8443/x", true},
		{"allowed host, other port", "https://a.example/", "https://b.example:8443/x", false},
		{"allowed host, port missing", "https://a.example/", "https://c.example/x", false},
		{"allowed host over http", "https://a.example/", "http://b.example/", false},
		{"other host", "https://a.example/", "https://evil.example/", false},
		{"subdomain", "https://a.example/", "https://x.a.example/", false},
		{"parent domain", "https://a.example/", "https://example/", false},
		{"suffix", "https://a.example/", "https://a.example.evil.example/", false},
		{"prefix", "https://a.example/", "https://evila.example/", false},
		{"user info with the host", "https://a.example/", "https://a.example@evil.example/", false},
		{"user info on the right host", "https://a.example/", "https://u@a.example/", false},
		{"empty user info", "https://a.example/", "https://@a.example/", false},
		{"other port", "https://a.example/", "https://a.example:444/", false},
		{"port 0", "https://a.example/", "https://a.example:0/", false},
		{"port too large", "https://a.example/", "https://a.example:65979/", false},
		{"downgrade", "https://a.example/", "http://a.example/", false},
		{"downgrade on the https port", "https://a.example/", "http://a.example:443/", false},
		{"other scheme", "https://a.example/", "ftp://a.example/", false},
		{"opaque", "https://a.example/", "https:a.example", false},
		{"relative", "https://a.example/", "/x", false},
		{"no host", "https://a.example/", "https:///x", false},
		{"two trailing dots", "https://a.example/", "https://a.example../", false},
		{"lookalike", "https://a.example/", "https://а.example/", false},
		{"percent in the host", "https://a.example/", "https://a%2eexample/", false},
		{"decimal address", "http://127.0.0.1/", "http://2130706433/", false},
		{"hexadecimal address", "http://127.0.0.1/", "http://0x7f.0.0.1/", false},
		{"short address", "http://127.0.0.1/", "http://127.1/", false},
		{"address in IPv6", "http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", false},
		{"address with a dot at its end", "http://127.0.0.1/", "http://127.0.0.1./", false},
		{"address with a zone", "http://[::1]/", "http://[::1%25lo]/", false},
		{"upgrade changes the origin", "http://127.0.0.1/", "https://127.0.0.1/", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := NewClient(nil, Settings{Endpoint: mustParse(t, tt.endpoint), AllowedHosts: []string{"b.example", "c.example:8443"}})
			require.NoError(t, err)
			target, err := url.Parse(tt.target)
			if err != nil {
				assert.False(t, tt.allowed, "doesn't even parse")
				return
			}
			err = c.CheckURL(target)
			if tt.allowed {
				assert.NoError(t, err)
				return
			}
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, ClassConfig, e.Class)
			assert.ErrorContains(t, err, "refused")
		})
	}
}

func TestPlainHTTPNeedsLoopbackOrConsent(t *testing.T) {
	for endpoint, ok := range map[string]bool{
		"http://localhost:1/": true, "http://127.0.0.9/": true, "http://[::1]/": true,
		"http://a.example/": false, "http://10.0.0.1/": false, "http://localhost.evil.example/": false,
	} {
		_, err := NewClient(nil, Settings{Endpoint: mustParse(t, endpoint)})
		assert.Equal(t, ok, err == nil, endpoint)
		_, err = NewClient(nil, Settings{Endpoint: mustParse(t, endpoint), AllowHTTP: true})
		assert.NoError(t, err, endpoint)
	}
}

func TestSettingsErrors(t *testing.T) {
	end := mustParse(t, "https://a.example/")
	for want, s := range map[string]Settings{
		"`endpoint`: missing":               {},
		"`endpoint`: its scheme":            {Endpoint: mustParse(t, "ftp://a.example")},
		"`endpoint`: it has a user":         {Endpoint: mustParse(t, "https://u:p@a.example")},
		"`allowed_hosts`: \"https://b\"":    {Endpoint: end, AllowedHosts: []string{"https://b"}},
		"`allowed_hosts`: \"b/c\"":          {Endpoint: end, AllowedHosts: []string{"b/c"}},
		"`allowed_hosts`: \"*.b.example\"":  {Endpoint: end, AllowedHosts: []string{"*.b.example"}},
		"`limits`":                          {Endpoint: end, MaxPageBytes: -1},
		"`rate_limit::requests_per_second`": {Endpoint: end, RequestsPerSecond: -1},
		"`response::error_when::0`: `class` \"nope\" is none: write one of [retry": {Endpoint: end, Errors: []Rule{{Class: "nope", Path: "a"}}},
		"`response::error_when::0`: it has no condition":                           {Endpoint: end, Errors: []Rule{{}}},
		"`response::error_when::0`: `equals` needs a `path`":                       {Endpoint: end, Errors: []Rule{{Equals: "x", Contains: "y"}}},
		"`response::error_when::0`: `retry_after` is negative":                     {Endpoint: end, Errors: []Rule{{Path: "x", RetryAfter: -1}}},
		"`response::error_when::1`: `status` 42 is not an HTTP s":                  {Endpoint: end, Errors: []Rule{{Path: "x"}, {Status: []int{42}}}},
	} {
		_, err := NewClient(nil, s)
		assert.ErrorContains(t, err, want)
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"https://a.example/x", "https://A.example.:443", "https://u@a.example", "https://[::1]:443/", "//a.example", "https://a.example%00.evil"} {
		f.Add(s)
	}
	c, err := NewClient(nil, Settings{Endpoint: &url.URL{Scheme: "https", Host: "a.example"}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := url.Parse(raw)
		if err != nil || c.CheckURL(u) != nil {
			return
		}
		// An independent and cruder reading of what net/http would dial.
		host := u.Hostname()
		if isASCII(host) && host != "a.example" && !equalFoldHost(host, "a.example") {
			t.Fatalf("%q was allowed", raw)
		}
		if u.Port() != "" && u.Port() != "443" && mustAtoi(u.Port()) != 443 || u.User != nil {
			t.Fatalf("%q was allowed", raw)
		}
	})
}

func equalFoldHost(a, b string) bool {
	if len(a) == len(b)+1 && a[len(a)-1] == '.' {
		a = a[:len(a)-1]
	}
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i]|0x20 != b[i]|0x20 {
			return false
		}
	}
	return true
}

func mustAtoi(s string) int {
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

func TestAnAllowedHostWithAPasswordIsNotQuoted(t *testing.T) {
	for _, host := range []string{"me:hunter2@api.vendor.example", "https://hunter2@api.vendor.example", "hunter2@%zz"} {
		_, err := NewClient(nil, Settings{Endpoint: mustParse(t, vendor), AllowedHosts: []string{host}})
		require.ErrorContains(t, err, "`allowed_hosts`")
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

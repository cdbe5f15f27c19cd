// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// redirects answers by path, and fails the test on any other host.
func redirects(t *testing.T, targets map[string]string, asked *[]string) transport {
	return func(r *http.Request) (*http.Response, error) {
		assert.Contains(t, []string{"api.vendor.example", "files.vendor.example"}, strings.ToLower(r.URL.Hostname()))
		*asked = append(*asked, r.URL.RequestURI()+" "+r.Header.Get("Authorization"))
		if to, ok := targets[r.URL.Path]; ok {
			return reply(302, "moved", "Location", to), nil
		}
		return reply(200, "[]"), nil
	}
}

func TestRedirects(t *testing.T) {
	tests := []struct {
		name    string
		targets map[string]string
		want    string // final URL, or part of the error
	}{
		{"relative", map[string]string{"/v1/logs": "other?a=b"}, "https://api.vendor.example/v1/other?a=b"},
		{"same origin, absolute", map[string]string{"/v1/logs": "https://API.vendor.example:443/x#frag"}, "https://API.vendor.example:443/x"},
		{"allowed host", map[string]string{"/v1/logs": "https://files.vendor.example/x"}, "https://files.vendor.example/x"},
		{"chain", map[string]string{"/v1/logs": "/1", "/1": "/2", "/2": "/3", "/3": "/4", "/4": "/5"}, "https://api.vendor.example/5"},
		{"too long", map[string]string{"/v1/logs": "/1", "/1": "/2", "/2": "/3", "/3": "/4", "/4": "/5", "/5": "/6"}, "more than 5"},
		{"loop", map[string]string{"/v1/logs": "/v1/logs"}, "more than 5"},
		{"other host", map[string]string{"/v1/logs": "https://evil.example/?x=y"}, "https://evil.example:443 is not the endpoint"},
		{"scheme-relative", map[string]string{"/v1/logs": "//evil.example/"}, "is not the endpoint"},
		{"downgrade", map[string]string{"/v1/logs": "http://api.vendor.example/"}, "leaves https"},
		{"user info", map[string]string{"/v1/logs": "https://a:b@api.vendor.example/"}, "user or password"},
		{"no target", map[string]string{"/v1/logs": ""}, "no valid Location"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked []string
			n := 0
			s := Settings{AllowedHosts: []string{"files.vendor.example"}, Authorize: func(_ context.Context, r *http.Request) error {
				n++
				r.Header.Set("Authorization", fmt.Sprint("signature ", n))
				return nil
			}}
			c := newClient(t, s, redirects(t, tt.targets, &asked))
			resp, err := c.Do(t.Context(), get(t, vendor))
			if err != nil {
				assert.ErrorContains(t, requireClass(t, err, ClassConfig), tt.want)
				return
			}
			assert.Equal(t, tt.want, resp.URL.String())
			assert.True(t, strings.HasSuffix(asked[len(asked)-1], fmt.Sprint("signature ", len(asked))), "each hop is signed anew")
		})
	}
}

func TestOnlyGETIsRedirected(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) { return reply(status, "", "Location", "/x"), nil })
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, vendor, strings.NewReader("{}"))
		require.NoError(t, err)
		_, err = c.Do(t.Context(), req)
		assert.ErrorContains(t, requireClass(t, err, ClassConfig), "only GET")
	}
}

// TestARefusedHostDoesNotSaySecrets: the vendor knows them, and writes the URL.
func TestARefusedHostDoesNotSaySecrets(t *testing.T) {
	to := ""
	c := newClient(t, Settings{Secrets: func() []string { return []string{"HunterTwo"} }}, func(*http.Request) (*http.Response, error) {
		return reply(302, "", "Location", to), nil
	})
	for _, to = range []string{"https://HunterTwo.evil.example/", "https://huntertwo/", "https://evil.huntertwo.example:8443/", "http://xHUNTERTWOx/"} {
		_, err := c.Do(t.Context(), get(t, vendor))
		require.ErrorContains(t, err, "URL refused", to)
		assert.NotContains(t, strings.ToLower(err.Error()), "huntertwo")
		err = c.CheckURL(mustParse(t, to))
		require.ErrorContains(t, err, "URL refused", to)
		assert.NotContains(t, strings.ToLower(err.Error()), "huntertwo")
	}
}

func TestBrokenLocationDoesNotFillTheLog(t *testing.T) {
	c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
		return reply(302, "", "Location", "https://%zz/"+strings.Repeat("a", 10_000)+"?token=s3cr3t"), nil
	})
	_, err := c.Do(t.Context(), get(t, vendor))
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 400)
	assert.NotContains(t, err.Error(), "s3cr3t")
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"
	"golang.org/x/net/http/httpguts"
)

// canned answers every request with the same body.
type canned string

// RoundTrip implements http.RoundTripper.
func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(string(c))), ContentLength: int64(len(c)),
	}, nil
}

// FuzzTokenResponse: whatever a token endpoint answers, a request gets either a
// header that can be sent, or an error without the answer in it.
func FuzzTokenResponse(f *testing.F) {
	for _, body := range []string{
		`{"access_token":"abc","expires_in":3600,"refresh_token":"r"}`, `{"access_token":"abc","expires_in":"1e9"}`, `{"access_token":null}`,
		`{"access_token":"a\r\nX: y","expires_in":-1}`, `{"access_token":["a"],"expires_in":{}}`, `{"access_token":"` + strings.Repeat("a", 1<<16) + `"}`,
		`{"access_token":"ä"}`, `[]`, `<html>`, ``, `{"access_token":"a"} x`, strings.Repeat("[", 20_000), `{"access_token":12345678901234567890}`,
		`{"t":{"access_token":true}}`, `{"access_token":"\ud800"}`, "\ufeff" + `{"access_token":"a"}`,
	} {
		f.Add(body)
	}
	configs := map[string]Config{
		"oauth2": {OAuth2: &OAuth2Config{TokenURL: "https://a.example/t", ClientID: "me", ClientSecret: "s3cr3t-s3cr3t"}},
		"login":  {Login: &LoginConfig{URL: "https://a.example/t", TokenPath: "access_token", ExpiresPath: "expires_in", Secrets: map[string]configopaque.String{"p": "s3cr3t-s3cr3t"}}},
	}
	f.Fuzz(func(t *testing.T, body string) {
		for name, cfg := range configs {
			a, err := New(cfg, Settings{HTTP: &http.Client{Transport: canned(body)}})
			require.NoError(t, err)
			req := newRequest(t, "https://a.example/logs")
			if err := a.Authorize(t.Context(), req); err != nil {
				if len(body) > 20 && strings.Contains(err.Error(), body) {
					t.Fatalf("%s: the error quotes the answer: %v", name, err)
				}
				continue
			}
			if value := req.Header.Get("Authorization"); !httpguts.ValidHeaderFieldValue(value) || !strings.HasPrefix(value, "Bearer ") || len(value) < 8 {
				t.Fatalf("%s: %q can't be sent", name, value)
			}
		}
	})
}

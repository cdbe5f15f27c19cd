// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"
)

func TestLogin(t *testing.T) {
	secretFile := writeFile(t, "s\"1\n")
	tests := []struct {
		name   string
		cfg    LoginConfig
		answer http.HandlerFunc
		header http.Header
		query  string
		life   time.Duration
	}{
		{
			"token in the body (Okta ASA)",
			LoginConfig{
				Body:    `{"key_id":"{params.key_id}","key_secret":"{params.key_secret}"}`,
				Secrets: map[string]configopaque.String{"key_id": "k"}, SecretFiles: map[string]string{"key_secret": secretFile},
				TokenPath: "data.bearer_token", ExpiresPath: "expires_at",
			},
			func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				assert.Equal(t, "POST /teams/acme/token", r.Method+" "+r.URL.Path)
				assert.JSONEq(t, `{"key_id":"k","key_secret":"s\"1"}`, string(body))
				_, _ = io.WriteString(w, `{"data":{"bearer_token":"tok"},"expires_at":"`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`)
			},
			http.Header{"Authorization": {"Bearer tok"}},
			"", time.Hour,
		},
		{
			"token in a header",
			LoginConfig{
				Method: "GET", Headers: map[string]string{"X-Key": "{params.k}"}, Secrets: map[string]configopaque.String{"k": "v"},
				TokenHeader: "X-Session", Header: "X-Token", Lifetime: time.Minute,
			},
			func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "v", r.Header.Get("X-Key"))
				w.Header().Set("X-Session", "tok")
			},
			http.Header{"X-Token": {"tok"}},
			"", time.Minute,
		},
		{
			"session cookie (Zscaler)",
			LoginConfig{
				Headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, Body: "user=u&password={params.p}",
				Secrets: map[string]configopaque.String{"p": "a&b"}, TokenCookie: "JSESSIONID", Header: "Cookie", Value: "JSESSIONID={token}; x",
			},
			func(w http.ResponseWriter, r *http.Request) {
				assert.NoError(t, r.ParseForm())
				assert.Equal(t, "a&b", r.PostForm.Get("password"))
				http.SetCookie(w, &http.Cookie{Name: "other", Value: "x"})
				http.SetCookie(w, &http.Cookie{Name: "JSESSIONID", Value: "tok"})
			},
			http.Header{"Cookie": {"JSESSIONID=tok; x"}},
			"", 0,
		},
		{
			"token into the query",
			LoginConfig{Secrets: map[string]configopaque.String{"p": "x"}, TokenPath: "t", Query: "sid"},
			func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"t":12345678901234567890}`) },
			http.Header{},
			"sid=12345678901234567890", 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := httptest.NewServer(tt.answer)
			defer srv.Close()
			tt.cfg.URL = srv.URL + "/teams/{params.team}/token"
			a, err := New(Config{Login: &tt.cfg}, Settings{HTTP: srv.Client(), Params: map[string]string{"team": "acme"}})
			require.NoError(t, err)
			req := newRequest(t, "https://a.example/")
			require.NoError(t, a.Authorize(t.Context(), req))
			assert.Equal(t, tt.header, req.Header)
			assert.Equal(t, tt.query, req.URL.RawQuery)
			tok := a.(*tokenAuth).tokens.load()
			if tt.life == 0 {
				assert.Zero(t, tok.expires)
			} else {
				assert.WithinDuration(t, time.Now().Add(tt.life), tok.expires, 10*time.Second)
			}
		})
	}
}

func TestLoginWithoutTokenIsAFault(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<html>{"t":{"a":1}}`)
	}))
	defer srv.Close()
	for _, cfg := range []LoginConfig{{TokenPath: "t"}, {TokenHeader: "X"}, {TokenCookie: "c"}} {
		cfg.URL, cfg.Secrets = srv.URL, map[string]configopaque.String{"p": "hunter2"}
		a, err := New(Config{Login: &cfg}, Settings{HTTP: srv.Client()})
		require.NoError(t, err)
		assert.ErrorContains(t, a.Authorize(t.Context(), newRequest(t, "https://a.example/")), "`credentials::login`: token response has no token")
	}
}

func TestLoginConfigErrors(t *testing.T) {
	good := func(change func(*LoginConfig)) Config {
		c := &LoginConfig{URL: "https://t.example/", Body: `{"p":"{params.p}"}`, Secrets: map[string]configopaque.String{"p": "x"}, TokenPath: "t"}
		change(c)
		return Config{Login: c}
	}
	for want, cfg := range map[string]Config{
		"`credentials::login::url` is empty":                     good(func(c *LoginConfig) { c.URL = "" }),
		"`credentials::login::url`: plain http":                  good(func(c *LoginConfig) { c.URL = "http://t.example/" }),
		"`credentials::login` needs one of `token_path`":         good(func(c *LoginConfig) { c.TokenHeader = "X" }),
		"`credentials::login` has both `header` and `query`":     good(func(c *LoginConfig) { c.Header, c.Query = "X", "q" }),
		"`credentials::login::value` is for a header":            good(func(c *LoginConfig) { c.Query, c.Value = "q", "a {token}" }),
		"`credentials::login::value` must have {token}":          good(func(c *LoginConfig) { c.Value = "Bearer" }),
		"`credentials::login::lifetime` is negative":             good(func(c *LoginConfig) { c.Lifetime = -1 }),
		"`credentials::login::lifetime` is 3.6µs: a number":      good(func(c *LoginConfig) { c.Lifetime = 3600 }),
		"`credentials::login::secret_files::f` is empty":         good(func(c *LoginConfig) { c.SecretFiles = map[string]string{"f": ""} }),
		"`credentials::login::secrets::p` is empty":              good(func(c *LoginConfig) { c.Secrets["p"] = "" }),
		"`credentials::login::secrets::p` is given as a value a": good(func(c *LoginConfig) { c.SecretFiles = map[string]string{"p": "f"} }),
		"`credentials::login::header` is not a header name":      good(func(c *LoginConfig) { c.Header = "a b" }),
		"`request::body` unknown placeholder {params.nope}":      good(func(c *LoginConfig) { c.Body = `{"p":"{params.nope}"}` }),
		"`credentials::login`: its secret is empty":              good(func(c *LoginConfig) { c.Secrets = nil }),
	} {
		_, err := New(cfg, Settings{})
		assert.ErrorContains(t, err, want)
	}
}

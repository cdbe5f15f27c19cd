// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/restaudit/otelcol-audit/internal/send"
)

func newRequest(t testing.TB, target string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	require.NoError(t, err)
	return req
}

func newAuthorizer(t testing.TB, cfg Config) Authorizer {
	t.Helper()
	a, err := New(cfg, Settings{})
	require.NoError(t, err)
	return a
}

func writeFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSimpleKinds(t *testing.T) {
	file := writeFile(t, "t0ken\r\n\n")
	tests := []struct {
		name   string
		cfg    Config
		header http.Header
		query  string
	}{
		{"none", Config{}, http.Header{}, "a=%2f"},
		{"bearer", Config{Bearer: "t0ken"}, http.Header{"Authorization": {"Bearer t0ken"}}, "a=%2f"},
		{"bearer from a file", Config{BearerFile: file}, http.Header{"Authorization": {"Bearer t0ken"}}, "a=%2f"},
		{"header", Config{Header: "SSWS t0ken"}, http.Header{"Authorization": {"SSWS t0ken"}}, "a=%2f"},
		{"header from a file", Config{HeaderFile: file}, http.Header{"Authorization": {"t0ken"}}, "a=%2f"},
		{"basic", Config{Basic: &BasicConfig{Username: "u", Password: "p:w"}}, http.Header{"Authorization": {"Basic dTpwOnc="}}, "a=%2f"},
		{"basic without password", Config{Basic: &BasicConfig{Username: "u"}}, http.Header{"Authorization": {"Basic dTo="}}, "a=%2f"},
		{"API key", Config{APIKey: &APIKeyConfig{Value: "k"}}, http.Header{"X-Api-Key": {"k"}}, "a=%2f"},
		{"API key, other header", Config{APIKey: &APIKeyConfig{ValueFile: file, Header: "dd-api-key"}}, http.Header{"Dd-Api-Key": {"t0ken"}}, "a=%2f"},
		{"API key in the query", Config{APIKey: &APIKeyConfig{Value: "k&=", Query: "api key"}}, http.Header{}, "a=%2f&api+key=k%26%3D"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newAuthorizer(t, tt.cfg)
			req := newRequest(t, "https://a.example/?a=%2f")
			for range 2 { // the second time replaces, it doesn't add
				require.NoError(t, a.Authorize(t.Context(), req))
				assert.Equal(t, tt.header, req.Header)
				assert.Equal(t, tt.query, req.URL.RawQuery)
			}
			changed, err := a.Refresh(t.Context())
			assert.NoError(t, err)
			assert.False(t, changed)
		})
	}
}

func TestSecretsAreKnownInTheirSpellings(t *testing.T) {
	for want, cfg := range map[string]Config{
		"t0ken":      {Bearer: "t0ken"},
		"word":       {Header: "SSWS word"},
		"SSWS word":  {Header: "SSWS word"},
		"dTpwOnc=":   {Basic: &BasicConfig{Username: "u", Password: "p:w"}},
		"p:w":        {Basic: &BasicConfig{Username: "u", Password: "p:w"}},
		"tokenuser":  {Basic: &BasicConfig{Username: "tokenuser"}},
		"k%26%3D":    {APIKey: &APIKeyConfig{Value: "k&=", Query: "q"}},
		"from-files": {BearerFile: writeFile(t, "from-files")},
	} {
		a := newAuthorizer(t, cfg)
		require.NoError(t, a.Authorize(t.Context(), newRequest(t, "https://a.example/")))
		assert.Contains(t, a.Secrets(), want)
	}
	for _, cfg := range composites("y_NbAkKc66ry", "lettersonly") {
		a := newAuthorizer(t, cfg)
		require.NoError(t, a.Authorize(t.Context(), newRequest(t, "https://a.example/")))
		assert.Condition(t, func() bool {
			return slices.Contains(a.Secrets(), "y_NbAkKc66ry") || slices.Contains(a.Secrets(), "lettersonly")
		}, a.Secrets())
	}
	assert.Empty(t, none{}.Secrets())
}

// composites are credentials that have the key and something else in them.
func composites(key, letters string) []Config {
	opaque := func(text string) configopaque.String { return configopaque.String(text) }
	return []Config{
		{Header: opaque("Token token=" + key)},
		{Header: opaque("Token token=" + letters)},
		{Header: opaque(`Token token="` + letters + `"`)},
		{APIKey: &APIKeyConfig{Value: opaque(key + "/CONNECTORID"), Header: "X-Auth-Token"}},
		{Basic: &BasicConfig{Username: opaque(key), Password: "x"}},
		{Basic: &BasicConfig{Username: opaque(letters), Password: "x"}},
	}
}

// TestWhatTheConfigSaysOpenlyIsNoSecret: a source must not refuse each page whose
// next URL repeats its account.
func TestWhatTheConfigSaysOpenlyIsNoSecret(t *testing.T) {
	for _, cfg := range []Config{
		{Basic: &BasicConfig{Username: "AC12345678", Password: "hunter22"}},
		{APIKey: &APIKeyConfig{Value: "hunter22/AC12345678"}},
		{Header: "Token account=AC12345678 key=hunter22"},
		{Header: "Token key=hunter22 account=AC12345678"},
	} {
		a, err := New(cfg, Settings{Open: send.Open{"https://api.example/ac12345678/logs"}})
		require.NoError(t, err)
		assert.NotContains(t, a.Secrets(), "AC12345678")
		assert.Contains(t, a.Secrets(), "hunter22")
	}
}

func TestUnusableSecretsNameTheKeyAndNotTheContent(t *testing.T) {
	for want, cfg := range map[string]Config{
		"`credentials::bearer_file`: open":                          {BearerFile: "/nonexistent/x"},
		"`credentials::header_file`: the file is empty":             {HeaderFile: writeFile(t, "\n")},
		"`credentials::basic::password_file`: has a line break":     {Basic: &BasicConfig{Username: "u", PasswordFile: writeFile(t, "hunter2\nX: y")}},
		"`credentials::bearer`: has a line break":                   {Bearer: "hunter2\r\nX: y"},
		"`credentials::api_key::value_file`: the file is larger":    {APIKey: &APIKeyConfig{ValueFile: writeFile(t, string(make([]byte, 70_000)))}},
		"`credentials::api_key::value_file`: has a line break or a": {APIKey: &APIKeyConfig{Query: "k", ValueFile: writeFile(t, "hunter2\x00")}},
	} {
		a := newAuthorizer(t, cfg)
		err := a.Authorize(t.Context(), newRequest(t, "https://a.example/"))
		var e *send.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, send.ClassAuth, e.Class)
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for want, cfg := range map[string]Config{
		"`credentials::bearer` and `credentials::api_key` are set":                 {Bearer: "a", APIKey: &APIKeyConfig{Value: "b"}},
		"`credentials::bearer` is given as a value and as a file":                  {Bearer: "a", BearerFile: "b"},
		"`credentials::header` is given as a value and as a file":                  {Header: "a", HeaderFile: "b"},
		"`credentials::basic::password` is given as a value and as":                {Basic: &BasicConfig{Username: "u", Password: "a", PasswordFile: "b"}},
		"`credentials::basic::username` is empty":                                  {Basic: &BasicConfig{Password: "a"}},
		"`credentials::basic::username` must not have a colon":                     {Basic: &BasicConfig{Username: "a:b", Password: "a"}},
		"`credentials::api_key` has more than one of `header`, `query` and `body`": {APIKey: &APIKeyConfig{Value: "a", Header: "b", Query: "c"}},
		"`credentials::api_key::header` is not a header name":                      {APIKey: &APIKeyConfig{Value: "a", Header: "b c"}},
		"`credentials::api_key::value` is given as a value and as a":               {APIKey: &APIKeyConfig{Value: "a", ValueFile: "b"}},
		"`credentials::api_key`: its secret is empty":                              {APIKey: &APIKeyConfig{Header: "X"}},
	} {
		_, err := New(cfg, Settings{})
		assert.ErrorContains(t, err, want)
	}
}

func TestAPresetMayPrepareAKindThatTheUserDoesNotTake(t *testing.T) {
	cfg := Config{APIKey: &APIKeyConfig{Header: "X-Preset"}, Bearer: "mine"}
	kind, err := cfg.Kind()
	require.NoError(t, err)
	assert.Equal(t, "bearer", kind)
}

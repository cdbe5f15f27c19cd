// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/send"
)

const formType = "application/x-www-form-urlencoded"

func TestAKeyInTheBody(t *testing.T) {
	for name, tt := range map[string]struct{ path, contentType, body, want string }{
		"is a member":                      {"provhash", "application/json", `{"cid": "7", "n": 12345678901234567890}`, `{"cid":"7","n":12345678901234567890,"provhash":"top\"secret"}`},
		"is a member of a member":          {"auth.key", "", `{"auth": {"id": 1}}`, `{"auth":{"id":1,"key":"top\"secret"}}`},
		"makes what leads to it":           {"auth.key", "application/json", ``, `{"auth":{"key":"top\"secret"}}`},
		"replaces one that is there":       {"k", "application/json", `{"k": "old"}`, `{"k":"top\"secret"}`},
		"is a field of a form":             {"k", formType, `a=b+c`, `a=b+c&k=top%22secret`},
		"is the only field of a form":      {"k", formType, ``, `k=top%22secret`},
		"keeps a dot in a form's field":    {"a.k", formType + "; charset=utf-8", ``, `a.k=top%22secret`},
		"keeps the texts of other members": {"k", "application/json", `{"a":{"z":1.50,"b":[]}}`, `{"a":{"z":1.50,"b":[]},"k":"top\"secret"}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAuthorizer(t, Config{APIKey: &APIKeyConfig{Value: `top"secret`, Body: tt.path}})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example/", strings.NewReader(tt.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", tt.contentType)
			for range 2 { // a repeated request has it once
				require.NoError(t, a.Authorize(t.Context(), req))
			}
			sent, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(sent))
			assert.EqualValues(t, len(sent), req.ContentLength)
			assert.Contains(t, a.Secrets(), `top"secret`)
		})
	}
}

func TestAKeyNeedsABodyThatTakesIt(t *testing.T) {
	for _, body := range []string{`[1]`, `"x"`, `null`, `{"a"`, `{"k": 5}`} {
		a := newAuthorizer(t, Config{APIKey: &APIKeyConfig{Value: "topsecret", Body: "k.x"}})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example/", strings.NewReader(body))
		require.NoError(t, err)
		var refused *send.Error
		require.ErrorAs(t, a.Authorize(t.Context(), req), &refused, body)
		assert.Equal(t, send.ClassConfig, refused.Class)
		assert.NotContains(t, refused.Error(), "topsecret")
	}
}

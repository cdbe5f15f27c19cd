// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// canary is a secret that must be seen by nobody but the vendor. Its characters
// look different in each encoding.
func canary(name string) string { return "kanarie/" + name + "+tweet&42=" }

// forms are the texts by which a secret would be known in a log: as it is, and
// in the encodings that it goes through on the way to the vendor.
func forms(t *testing.T, secret string) []string {
	t.Helper()
	quoted, err := json.Marshal(secret)
	require.NoError(t, err)
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
		hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))),
	}
	// In base64 it looks different at each of three offsets; the characters that
	// depend on the neighbours are left out.
	for offset := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", offset) + secret))
		text = text[4 : len(text)-4]
		all = append(all, text, strings.NewReplacer("+", "-", "/", "_").Replace(text))
	}
	return all
}

// assertNoCanary checks that a text has none of the secrets in any form.
func assertNoCanary(t *testing.T, secrets []string, where, text string) {
	t.Helper()
	for _, secret := range secrets {
		for _, form := range forms(t, secret) {
			if i := strings.Index(text, form); i >= 0 {
				assert.Fail(t, "a secret is in "+where, "%s as %q in ...%s", secret, form, text[max(0, i-600):min(len(text), i+len(form)+100)])
				break
			}
		}
	}
}

func TestCanaryIsFoundInEveryForm(t *testing.T) {
	secret := canary("test")
	for _, form := range []string{
		"Bearer " + secret, base64.StdEncoding.EncodeToString([]byte("me:" + secret)), base64.RawURLEncoding.EncodeToString([]byte("user:" + secret)),
		"https://a.example/?k=" + url.QueryEscape(secret) + "&x=1", hex.EncodeToString([]byte(secret)), `{"a":"kanarie/test+tweet\u002642="}`,
	} {
		found := false
		for _, f := range forms(t, secret) {
			found = found || strings.Contains(form, f)
		}
		assert.True(t, found, form)
	}
}

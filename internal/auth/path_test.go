// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASecretInPlaceOfAPathIsNotShown(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, path := range map[string]string{
		"a long word":           "00Qn3kZpX9vB7wLmT2sYcRdEfGh",
		"a token of a vendor":   "ghp_a/b.c",
		"a JSON Web Token":      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
		"a header's value":      "SSWS 00abc",
		"a key":                 "-----BEGIN PRIVATE KEY-----\nMIIE/v\n-----END PRIVATE KEY-----\n",
		"longer than any path":  strings.Repeat("x", 5000),
		"a text of many lines":  "a\nlong\nsecret\ntext of lines",
		"a text with zero byte": "a long secret \x00 of bytes",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newSecret("bearer", "", path).get()
			require.ErrorContains(t, err, "`credentials::bearer_file`: ")
			require.ErrorContains(t, err, "write the path of a file that holds the secret, not the secret")
			assert.NotContains(t, err.Error(), path)
			assert.NotContains(t, err.Error(), path[:4])
		})
	}
	for _, path := range []string{"token", "/run/secrets/okta-api-token-of-acme", "okta-api-token-of-acme.txt", "secrets/okta-token-of-acme"} {
		_, err := newSecret("bearer", "", path).get()
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.ErrorContains(t, err, path)
	}
	// A path of that kind may well be one.
	require.NoError(t, os.WriteFile("okta-api-token-of-acme", []byte("t0ken"), 0o600))
	text, err := newSecret("bearer", "", "okta-api-token-of-acme").get()
	require.NoError(t, err)
	assert.Equal(t, "t0ken", text)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"encoding/base64"
	"encoding/hex"
	"net/textproto"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

const spelled = "s3cr3t/key+of=mine&"

// saidBack are ways in which a vendor repeats what it was told.
func saidBack() map[string]string {
	return map[string]string{
		"plain":             "Bearer " + spelled + " is wrong",
		"in a query":        "key=" + url.QueryEscape(spelled),
		"in a path":         "/v1/" + url.PathEscape(spelled) + "/x",
		"in JSON":           `{"key":"s3cr3t/key+of=mine\u0026"}`,
		"in hex":            hex.EncodeToString([]byte("x" + spelled)),
		"in base64":         base64.StdEncoding.EncodeToString([]byte(spelled)),
		"as a password":     base64.StdEncoding.EncodeToString([]byte("me:" + spelled)),
		"as another's":      base64.StdEncoding.EncodeToString([]byte("joe:" + spelled)),
		"for URLs":          base64.RawURLEncoding.EncodeToString([]byte("user:" + spelled)),
		"between two texts": "a" + spelled + "b",
	}
}

func TestSecretsAreKnownInEverySpelling(t *testing.T) {
	for name, text := range saidBack() {
		assert.True(t, HasSecret(text, []string{"other", spelled}), name)
		assert.False(t, HasSecret(Redact(text, []string{spelled}), []string{spelled}), name)
		assert.Error(t, CheckKept(text, []string{spelled}), name)
	}
	assert.False(t, HasSecret("page=2&cursor=abc", []string{spelled, "abc"}), "short ones don't count")
	assert.NoError(t, CheckKept("page=2", []string{spelled}))
}

func TestShortSecretsAreKnownInBase64(t *testing.T) {
	for _, user := range []string{"", "u", "me", "you", "user", "admin"} {
		text := base64.StdEncoding.EncodeToString([]byte(user + ":hunter2s:" + user))
		assert.True(t, HasSecret("a"+text, []string{"hunter2s"}), text)
	}
}

func TestNextURLIsKeptWithoutSecrets(t *testing.T) {
	u := mustParse(t, vendor+"?b=2&api_key="+url.QueryEscape(spelled)+"&a=1&sig="+hex.EncodeToString([]byte(spelled))+"&%zz")
	got := StripSecrets(u, []string{spelled})
	assert.Equal(t, vendor+"?b=2&a=1&%zz", got.String())
	assert.Contains(t, u.String(), "api_key", "the original is not changed")
}

// TestErrorsOfTheNetworkQuoteNobody: what net/http quotes in an error came from
// the vendor.
func TestErrorsOfTheNetworkQuoteNobody(t *testing.T) {
	for text, want := range map[string]string{
		`malformed HTTP status code "abc s3cr3t"`:                          `malformed HTTP status code "..."`,
		`failed to parse Location header "%zz \"s3": parse "%zz": invalid`: `failed to parse Location header "...": parse "...": invalid`,
		`bad Content-Length "without an end`:                               `bad Content-Length "..."`,
		`dial tcp: lookup api.vendor.example: no such host`:                `dial tcp: lookup api.vendor.example: no such host`,
	} {
		assert.Equal(t, want, cleanError(&url.Error{Op: "Get", URL: vendor, Err: quotingError(text)}, nil).Error())
	}
	assert.Equal(t, "malformed header of the response",
		cleanError(textproto.ProtocolError("malformed MIME header line: s3cr3t"), nil).Error())
}

type quotingError string

func (e quotingError) Error() string { return string(e) }

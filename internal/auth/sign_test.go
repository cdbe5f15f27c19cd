// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDuoSignature(t *testing.T) {
	// The example of Duo's own documentation.
	h := &hmacAuth{cfg: HMACConfig{Scheme: "duo", KeyID: "DIWJ8X6AEYOR5OMC6TQ1"}.withDefaults()}
	message := strings.Join([]string{
		"Tue, 21 Aug 2012 17:29:18 -0000", "POST", "api-xxxxxxxx.duosecurity.com", "/accounts/v1/account/list",
		sortedQuery("username=root&realname=First%20Last"),
	}, "\n")
	assert.Equal(t, "2d97d6166319781b5a3a07af39d366f491234edc", hexOf(h.sum([]byte("Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep"), message)))

	a := newAuthorizer(t, Config{HMAC: &HMACConfig{Scheme: "duo", KeyID: "ik", Key: "sk"}})
	synctest.Test(t, func(t *testing.T) {
		req := newRequest(t, "https://API-x.duosecurity.example/admin/v2/logs/authentication?mintime=1&limit=5")
		require.NoError(t, a.Authorize(t.Context(), req))
		assert.Equal(t, "Sat, 01 Jan 2000 00:00:00 +0000", req.Header.Get("Date"))
		user, password, ok := req.BasicAuth()
		assert.True(t, ok)
		assert.Equal(t, "ik", user)
		want := (&hmacAuth{cfg: HMACConfig{Algorithm: "sha1"}}).sum([]byte("sk"), "Sat, 01 Jan 2000 00:00:00 +0000\nGET\napi-x.duosecurity.example\n/admin/v2/logs/authentication\nlimit=5&mintime=1")
		assert.Equal(t, hexOf(want), password)
	})
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

func TestSortedQueryIsSortedByNameThenValue(t *testing.T) {
	assert.Equal(t, "a=%20&a=%7E1~&a-b=2", strings.ReplaceAll(sortedQuery("a-b=2&a=~1~&a=+"), "~1~", "%7E1~"))
	assert.Empty(t, sortedQuery(""))
}

func TestGeneralHMAC(t *testing.T) {
	a, err := New(Config{HMAC: &HMACConfig{
		KeyID: "{params.access}", Key: "c2VjcmV0", KeyEncoding: "base64", Algorithm: "sha1", Encoding: "base64",
		Message: "{date}:{timestamp}:{path}:{params.app}:{body_sha256}",
		Headers: map[string]string{"Authorization": "MC {key_id}:{signature}", "x-mc-date": "{date}", "x-mc-req-id": "{nonce}"},
	}}, Settings{Params: map[string]string{"access": "acc", "app": "key"}})
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://a.example/api/x%2Fy?q=1", strings.NewReader("{signature}"))
		require.NoError(t, err)
		require.NoError(t, a.Authorize(t.Context(), req))
		const date = "Sat, 01 Jan 2000 00:00:00 GMT"
		assert.Equal(t, date, req.Header.Get("X-Mc-Date"))
		assert.Len(t, req.Header.Get("X-Mc-Req-Id"), 32)
		// printf '%s' "$message" | openssl dgst -sha1 -hmac secret -binary | base64
		assert.Equal(t, "MC acc:ynLJdfZLsfO9xx0bY/Kkr1cNxDs=", req.Header.Get("Authorization"))
		body, err := readBody(req)
		require.NoError(t, err)
		assert.Equal(t, "{signature}", string(body), "the body can still be sent")
	})
}

func TestHMACConfigErrors(t *testing.T) {
	good := func(change func(*HMACConfig)) Config {
		c := &HMACConfig{Key: "k", Message: "{method}", Headers: map[string]string{"X-S": "{signature}"}}
		change(c)
		return Config{HMAC: c}
	}
	for want, cfg := range map[string]Config{
		"`credentials::hmac::scheme` is \"x\"; known are duo":           good(func(c *HMACConfig) { c.Scheme = "x" }),
		"`credentials::hmac::algorithm` is \"md5\"":                     good(func(c *HMACConfig) { c.Algorithm = "md5" }),
		"`credentials::hmac::encoding` is":                              good(func(c *HMACConfig) { c.Encoding = "x" }),
		"`credentials::hmac::key_encoding` is":                          good(func(c *HMACConfig) { c.KeyEncoding = "x" }),
		"`credentials::hmac::key` is given as a value and as a file":    good(func(c *HMACConfig) { c.KeyFile = "f" }),
		"`credentials::hmac::message` is empty":                         good(func(c *HMACConfig) { c.Message = "" }),
		"`credentials::hmac::message` has the unknown placeholder {x}":  good(func(c *HMACConfig) { c.Message = "{x}" }),
		"::message` has the unknown placeholder {signature}":            good(func(c *HMACConfig) { c.Message = "{signature}" }),
		"`credentials::hmac::headers` has no header with {signature}":   good(func(c *HMACConfig) { c.Headers = map[string]string{"X": "{key_id}"} }),
		"::headers::X` has the unknown placeholder {y}":                 good(func(c *HMACConfig) { c.Headers["X"] = "{y}" }),
		"::headers::X Y` is not a header name":                          good(func(c *HMACConfig) { c.Headers["X Y"] = "1" }),
		"`credentials::hmac::message` has a {params.x} that is not in":  good(func(c *HMACConfig) { c.Message = "{params.y}" }),
		"`credentials::hmac::key_id` is empty":                          good(func(c *HMACConfig) { c.Scheme = "duo" }),
		"`credentials::hmac::scheme` duo has its own":                   good(func(c *HMACConfig) { c.Scheme, c.KeyID = "duo", "k" }),
		"`credentials::hmac`: its secret is empty":                      good(func(c *HMACConfig) { c.Key = "" }),
		"`credentials::sigv4::region` is empty":                         {SigV4: &SigV4Config{Service: "s"}},
		"`credentials::sigv4::service` is empty":                        {SigV4: &SigV4Config{Region: "r"}},
		"`credentials::sigv4` needs both `access_key_id` and":           {SigV4: &SigV4Config{Region: "r", Service: "s", AccessKeyID: "a"}},
		"`credentials::sigv4::external_id` needs `role_arn`":            {SigV4: &SigV4Config{Region: "r", Service: "s", ExternalID: "a"}},
		"`credentials::sigv4::secret_access_key` is given as a value a": {SigV4: &SigV4Config{Region: "r", Service: "s", AccessKeyID: "a", SecretAccessKey: "b", SecretAccessKeyFile: "c"}},
		"`credentials::digest::username` is empty":                      {Digest: &DigestConfig{Password: "p"}},
		"`credentials::digest::password` is given as a value and as a":  {Digest: &DigestConfig{Username: "u", Password: "p", PasswordFile: "f"}},
	} {
		_, err := New(cfg, Settings{})
		assert.ErrorContains(t, err, want)
	}
}

func TestHMACKeyThatIsNotWhatItSaysIsNotQuoted(t *testing.T) {
	for _, encoding := range []string{"hex", "base64"} {
		a := newAuthorizer(t, Config{HMAC: &HMACConfig{Key: "hunter2!", KeyEncoding: encoding, Message: "m", Headers: map[string]string{"X": "{signature}"}}})
		err := a.Authorize(t.Context(), newRequest(t, "https://a.example/"))
		require.ErrorContains(t, err, "`credentials::hmac::key`: is not "+encoding)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestSigV4(t *testing.T) {
	a := newAuthorizer(t, Config{SigV4: &SigV4Config{Region: "eu-west-1", Service: "cloudtrail", AccessKeyID: "AKID", SecretAccessKey: "topsecret", SessionToken: "session"}})
	sign := func(t *testing.T, body string) *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://cloudtrail.eu-west-1.amazonaws.example/?a=b%20c", strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, a.Authorize(t.Context(), req))
		return req
	}
	var one, two *http.Request
	synctest.Test(t, func(t *testing.T) { one, two = sign(t, "{}"), sign(t, `{"x":1}`) })
	assert.Regexp(t, `^AWS4-HMAC-SHA256 Credential=AKID/20000101/eu-west-1/cloudtrail/aws4_request, SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}$`, one.Header.Get("Authorization"))
	assert.Equal(t, "session", one.Header.Get("X-Amz-Security-Token"))
	assert.NotEqual(t, one.Header.Get("Authorization"), two.Header.Get("Authorization"), "the body is signed")
	assert.Subset(t, a.Secrets(), []string{"topsecret", "session"})

	first := one.Header.Get("Authorization")
	require.NoError(t, a.Authorize(t.Context(), one))
	assert.Len(t, one.Header.Values("Authorization"), 1)
	assert.NotEqual(t, first, one.Header.Get("Authorization"), "signed anew with the time of today")
	changed, err := a.Refresh(t.Context())
	require.NoError(t, err)
	assert.False(t, changed, "keys of the configuration don't change")
}

func TestSigV4TakesRegionAndServiceFromParams(t *testing.T) {
	cfg := Config{SigV4: &SigV4Config{Region: "{params.region}", Service: "cloudtrail", AccessKeyID: "AKID", SecretAccessKey: "topsecret"}}
	a, err := New(cfg, Settings{Params: map[string]string{"region": "eu-north-1"}})
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://cloudtrail.eu-north-1.amazonaws.example/", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, a.Authorize(t.Context(), req))
	assert.Contains(t, req.Header.Get("Authorization"), "/eu-north-1/cloudtrail/aws4_request")
	_, err = New(cfg, Settings{})
	assert.ErrorContains(t, err, "`credentials::sigv4::region`: unknown placeholder {params.region}")
}

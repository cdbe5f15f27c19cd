// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// tokenServer answers token requests with what answer returns.
func tokenServer(t testing.TB, answer func(form url.Values, r *http.Request) (int, string)) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		form, err := url.ParseQuery(string(body))
		assert.NoError(t, err)
		status, text := answer(form, r)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(srv.Close)
	return srv
}

func testKey(t testing.TB, key crypto.PrivateKey) configopaque.String {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return configopaque.String(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestTokenRequests(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	key := testKey(t, rsaKey)
	account, err := json.Marshal(map[string]string{"client_email": "sa@p.example", "private_key_id": "k9", "private_key": string(key)})
	require.NoError(t, err)
	tests := []struct {
		name   string
		cfg    OAuth2Config
		form   url.Values
		header string
		claims jwt.MapClaims // of the assertion, if there is one
		kid    any
	}{
		{
			"client credentials in the form",
			OAuth2Config{ClientID: "id", ClientSecret: "s&cret", Scopes: []string{"a", "b"}, Params: map[string]string{"audience": "https://{params.org}.example/"}},
			url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {"s&cret"}, "scope": {"a b"}, "audience": {"https://acme.example/"}},
			"", nil, nil,
		},
		{
			"client credentials in the header",
			OAuth2Config{ClientID: "i:d", ClientSecret: "s cret", ClientAuth: "basic"},
			url.Values{"grant_type": {"client_credentials"}},
			"Basic aSUzQWQ6cytjcmV0", nil, nil,
		},
		{
			"a vendor's own grant",
			OAuth2Config{Grant: "account_credentials", ClientID: "id", ClientSecret: "s", ClientAuth: "basic", Params: map[string]string{"account_id": "7"}},
			url.Values{"grant_type": {"account_credentials"}, "account_id": {"7"}},
			"Basic aWQ6cw==", nil, nil,
		},
		{
			"password",
			OAuth2Config{Grant: "password", ClientID: "id", ClientSecret: "s", Username: "u", Password: "p"},
			url.Values{"grant_type": {"password"}, "client_id": {"id"}, "client_secret": {"s"}, "username": {"u"}, "password": {"p"}},
			"", nil, nil,
		},
		{
			"refresh token",
			OAuth2Config{Grant: "refresh_token", ClientID: "id", ClientSecret: "s", RefreshToken: "r1"},
			url.Values{"grant_type": {"refresh_token"}, "client_id": {"id"}, "client_secret": {"s"}, "refresh_token": {"r1"}},
			"", nil, nil,
		},
		{
			"private_key_jwt (Okta)",
			OAuth2Config{ClientID: "id", PrivateKey: key, KeyID: "k1", Scopes: []string{"okta.logs.read"}},
			url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "scope": {"okta.logs.read"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}},
			"",
			jwt.MapClaims{"iss": "id", "sub": "id"},
			"k1",
		},
		{
			"jwt_bearer (Salesforce)",
			OAuth2Config{Grant: "jwt_bearer", ClientID: "id", PrivateKey: key, Subject: "admin@acme.example", Audience: "https://login.salesforce.com"},
			url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}},
			"",
			jwt.MapClaims{"iss": "id", "sub": "admin@acme.example", "aud": "https://login.salesforce.com"},
			nil,
		},
		{
			"jwt_bearer (Google service account)",
			OAuth2Config{Grant: "jwt_bearer", PrivateKey: configopaque.String(account), Subject: "admin@{params.org}.example", Scopes: []string{"x", "of/{params.org}"}},
			url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "scope": {"x of/acme"}},
			"",
			jwt.MapClaims{"iss": "sa@p.example", "sub": "admin@acme.example", "scope": "x of/acme"},
			"k9",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var srv *httptest.Server
			srv = tokenServer(t, func(form url.Values, r *http.Request) (int, string) {
				assert.Equal(t, http.MethodPost, r.Method)
				assert.Equal(t, tt.header, r.Header.Get("Authorization"))
				for _, name := range []string{"assertion", "client_assertion"} {
					if text := form.Get(name); text != "" {
						checkAssertion(t, text, rsaKey, srv.URL+"/acme/token", tt.claims, tt.kid)
						form.Del(name)
					}
				}
				assert.Equal(t, tt.form, form)
				return 200, `{"access_token":"at","token_type":"bearer","expires_in":"3600"}`
			})
			tt.cfg.TokenURL = srv.URL + "/{params.org}/token"
			a, err := New(Config{OAuth2: &tt.cfg}, Settings{HTTP: srv.Client(), Params: map[string]string{"org": "acme"}})
			require.NoError(t, err)
			assert.Equal(t, "Bearer at", sent(t, a))
			assert.Equal(t, "Bearer at", sent(t, a))
			assert.Contains(t, a.Secrets(), "at")
		})
	}
}

func checkAssertion(t testing.TB, text string, key *rsa.PrivateKey, audience string, want jwt.MapClaims, kid any) {
	t.Helper()
	got := jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(text, got, func(*jwt.Token) (any, error) { return &key.PublicKey, nil }, jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	if !assert.NoError(t, err) {
		return
	}
	assert.Equal(t, kid, parsed.Header["kid"])
	if want["aud"] == nil {
		assert.Equal(t, audience, got["aud"])
	}
	assert.NotEmpty(t, got["jti"])
	for k, v := range want {
		assert.Equal(t, v, got[k], k)
	}
}

func TestAlgorithmFollowsFromTheKey(t *testing.T) {
	for want, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		parsed, err := parsePrivateKey(string(testKey(t, key)))
		require.NoError(t, err)
		method, err := methodOf(parsed)
		require.NoError(t, err)
		assert.Equal(t, want, method.Alg())
		der, err := x509.MarshalECPrivateKey(key)
		require.NoError(t, err)
		_, err = parsePrivateKey(string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})))
		assert.NoError(t, err)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	method, err := methodOf(key)
	require.NoError(t, err)
	assert.Equal(t, "EdDSA", method.Alg())
	_, err = methodOf("text")
	assert.Error(t, err)
}

func TestTokenFaults(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		class  send.Class
		text   string
	}{
		{"refused", 400, `{"error":"invalid_client","error_description":"no s3cr3tvalue"}`, send.ClassAuth, "invalid_client: no ***"},
		{"401", 401, ``, send.ClassAuth, "no reason"},
		{"too many", 429, ``, send.ClassRateLimit, "429"},
		{"down", 503, ``, send.ClassRetry, "503"},
		{"not there", 404, ``, send.ClassConfig, "404"},
		{"not JSON", 200, `<html>`, send.ClassAuth, "not a JSON object"},
		{"truncated", 200, `{"access_token":"x"`, send.ClassAuth, "not a JSON object"},
		{"no token", 200, `{"access_token":null}`, send.ClassAuth, "has no token"},
		{"token with a line break", 200, `{"access_token":"a\r\nX: y"}`, send.ClassAuth, "can't carry"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := tokenServer(t, func(url.Values, *http.Request) (int, string) { return tt.status, tt.body })
			a, err := New(Config{OAuth2: &OAuth2Config{TokenURL: srv.URL + "?key=s3cr3tquery", ClientID: "id", ClientSecret: "s3cr3tvalue"}}, Settings{HTTP: srv.Client()})
			require.NoError(t, err)
			err = a.Authorize(t.Context(), newRequest(t, "https://a.example/"))
			var e *send.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.class, e.Class)
			assert.ErrorContains(t, err, tt.text)
			assert.ErrorContains(t, err, "`credentials::oauth2`")
			assert.NotContains(t, err.Error(), "s3cr3t")
		})
	}
}

func TestRotatedClientSecretIsTakenAfterARefusal(t *testing.T) {
	path := writeFile(t, "old")
	stamp := time.Now().Add(-time.Hour)
	srv := tokenServer(t, func(form url.Values, _ *http.Request) (int, string) {
		return 200, `{"access_token":"for-` + form.Get("client_secret") + `"}`
	})
	a, err := New(Config{OAuth2: &OAuth2Config{TokenURL: srv.URL, ClientID: "id", ClientSecretFile: path, Header: "X-Token", Scheme: "Token"}}, Settings{HTTP: srv.Client()})
	require.NoError(t, err)
	req := newRequest(t, "https://a.example/")
	require.NoError(t, a.Authorize(t.Context(), req))
	assert.Equal(t, "Token for-old", req.Header.Get("X-Token"))
	require.NoError(t, writeInPlace(path, "new", stamp))
	a.(*tokenAuth).tokens.current.obtained = stamp // refused later, not at once
	changed, err := a.Refresh(t.Context())
	require.NoError(t, err)
	assert.True(t, changed)
	require.NoError(t, a.Authorize(t.Context(), req))
	assert.Equal(t, "Token for-new", req.Header.Get("X-Token"))
}

func TestOAuth2ConfigErrors(t *testing.T) {
	good := func(change func(*OAuth2Config)) Config {
		c := &OAuth2Config{TokenURL: "https://t.example/", ClientID: "id", ClientSecret: "s"}
		change(c)
		return Config{OAuth2: c}
	}
	for want, cfg := range map[string]Config{
		"`credentials::oauth2::token_url` is empty":                         good(func(c *OAuth2Config) { c.TokenURL = "" }),
		"`credentials::oauth2::token_url`: plain http":                      good(func(c *OAuth2Config) { c.TokenURL = "http://t.example/" }),
		"`credentials::oauth2::client_id` is needed":                        good(func(c *OAuth2Config) { c.ClientID = "" }),
		"`credentials::oauth2::client_secret` is given as a value and as a": good(func(c *OAuth2Config) { c.ClientSecretFile = "f" }),
		"`credentials::oauth2::client_auth` is \"x\"":                       good(func(c *OAuth2Config) { c.ClientAuth = "x" }),
		"::refresh_token` is needed":                                        good(func(c *OAuth2Config) { c.Grant = "refresh_token" }),
		"::username` and `password` is needed":                              good(func(c *OAuth2Config) { c.Grant = "password" }),
		"::private_key` is needed":                                          good(func(c *OAuth2Config) { c.Grant = "jwt_bearer" }),
		"`credentials::oauth2::header` is not a header name":                good(func(c *OAuth2Config) { c.Header = "a b" }),
		"unknown placeholder {params.x}":                                    good(func(c *OAuth2Config) { c.Scopes = []string{"{params.x}"} }),
		"`credentials::oauth2::private_key`: is not a key in PEM form":      good(func(c *OAuth2Config) { c.PrivateKey = "hunter2" }),
		"`credentials::oauth2`: its secret is empty":                        good(func(c *OAuth2Config) { c.ClientSecret = "" }),
		"`credentials::oauth2::client_id` is needed for grant password":     good(func(c *OAuth2Config) { c.Grant, c.ClientID = "password", "" }),
	} {
		_, err := New(cfg, Settings{})
		if assert.ErrorContains(t, err, want) {
			assert.NotContains(t, err.Error(), "hunter2")
			assert.NotContains(t, err.Error(), "\n", "no second line, which would lack the front of its key")
		}
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// This is the matrix of the threat "a token is sent to a foreign host": every
// way in which a vendor's answer can name another place, with every kind of
// credentials. On this test's network every name but the vendor's own leads to
// an evil server, in plain text and with TLS that is not even verified.

const (
	vendorURL = "https://api.vendor.example/v1/logs"
	canary    = "c4nary" // part of every secret
)

// foreign are places that are not the vendor's, or that nobody should ask.
var foreign = []string{
	"https://evil.example/", "//evil.example/", "http://evil.example/", "HTTPS://EVIL.EXAMPLE/v1/logs", "https://evil.example:443/v1/logs",
	"http://api.vendor.example/", "hTTp://api.vendor.example/v1/logs", "http://api.vendor.example:443/",
	"https://api.vendor.example@evil.example/", "https://api.vendor.example:pw@evil.example/", "https://api.vendor.example:443@evil.example/",
	"https://user:pw@api.vendor.example/", "https://@api.vendor.example/",
	"https://api.vendor.example.evil.example/", "https://API.vendor.example.EVIL.example/", "https://api.vendor.example..evil.example/",
	"https://api.vendor.example../", "https://evil-api.vendor.example/", "https://evilapi.vendor.example/", "https://sub.api.vendor.example/",
	"https://vendor.example/", "https://api.vendor.example.co/", "https://api.vendor.exampl/",
	"https://api.vendor.example:8443/", "https://api.vendor.example:80/", "https://api.vendor.example:0/", "https://api.vendor.example:65979/",
	"https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00:ec2::254]/", "https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://127.1/",
	"https://169.254.169.254/latest/meta-data", "https://localhost/",
	"https://api.vendor.example。evil.example/", "https://api。vendor。example。evil。example/", "https://аpi.vendor.example/", "https://xn--pi-7kc.vendor.example/",
	"https://ｅｖｉｌ.example/", "https://api.vendor.example%00.evil.example/", "https://api.vendor.example%2eevil.example/", "https://api.vendor.example%20.evil.example/",
	"https://api.vendor.example%ef%bc%8eevil.example/",
	`https://api.vendor.example\.evil.example/`, `https:\\evil.example\`, `//evil.example:443\@api.vendor.example/`, "https://api.vendor.example:443:evil.example/",
	"https://api.vendor.example;evil.example/", "https://api.vendor.example,evil.example/", "https://evil.example#@api.vendor.example/",
	"https://evil.example?api.vendor.example", "https://evil.example/https://api.vendor.example/", "https:evil.example", "https:/evil.example", "https:///evil.example/",
	"https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[::1%25lo]/", "https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1./", "https://[api.vendor.example]/",
	"https://api.vendor.example%2f@evil.example/", "https://api.vendor.example%23@evil.example/", "https://api.vendor.example&@evil.example/", `https://api.vendor.example\@evil.example/`,
	"https://api.vendor.example%3a443@evil.example/", "https://evil.example:443:443/", "https://evil.example,api.vendor.example/", "https://api.vendor.example:+443/", "https://api.vendor.example%E3%80%82evil.example/",
	"//user@evil.example", "//evil.example?", "https://api.vendor.example\t.evil.example/", "ht\ttps://evil.example/", "https\x00://evil.example/", "://evil.example/", "unix:///run/docker.sock", "https://:443/", "%",
	"ftp://api.vendor.example/", "file:///etc/passwd", "javascript:alert(1)", "data:text/plain,x", "gopher://evil.example/", "ws://api.vendor.example/",
}

// own are spellings of the vendor's own origin, which must still work.
var own = []string{
	"/v1/logs?page=2", "../other", "https://API.Vendor.Example/x", "https://api.vendor.example:443/x", "https://api.vendor.example./x",
	"//api.vendor.example/x", "https://api.vendor.example#@evil.example/", "https://api.vendor.example?@evil.example/", "///evil.example/",
	`/\evil.example/`, "https://ａｐｉ.vendor.example/x", "https://api。vendor。example/x",
	"/..//evil.example/", "/.//evil.example/", "////evil.example/", `\\evil.example\x`, `\/evil.example/`, ";//evil.example/", "/%2f%2fevil.example/",
}

// network is a vendor, an evil server, and the names that lead to them.
type network struct {
	vendor, evilTLS, evilPlain *httptest.Server
	client                     *http.Client

	mu       sync.Mutex
	location string // where /redirect leads to
	status   int
	digest   bool     // ask for digest authentication
	seen     []string // what the evil server was sent
}

func newNetwork(t *testing.T) *network {
	n := &network{}
	n.vendor = httptest.NewTLSServer(http.HandlerFunc(n.serveVendor))
	n.evilTLS = httptest.NewTLSServer(http.HandlerFunc(n.serveEvil))
	n.evilPlain = httptest.NewServer(http.HandlerFunc(n.serveEvil))
	insecure := &tls.Config{InsecureSkipVerify: true} // the test must not be saved by certificates
	dialTLS := func(ctx context.Context, network, addr string) (net.Conn, error) {
		to := n.evilTLS
		if isVendor(addr) {
			to = n.vendor
		}
		return (&tls.Dialer{Config: insecure}).DialContext(ctx, network, to.Listener.Addr().String())
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, n.evilPlain.Listener.Addr().String())
	}
	n.client = &http.Client{Transport: withHeader{&http.Transport{DialContext: dial, DialTLSContext: dialTLS}}}
	t.Cleanup(func() {
		n.client.CloseIdleConnections()
		for _, s := range []*httptest.Server{n.vendor, n.evilTLS, n.evilPlain} {
			s.Close()
		}
	})
	return n
}

// isVendor is what the name service says: names have no case, and a dot at the
// end means nothing.
func isVendor(addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return err == nil && port == "443" && (host == "api.vendor.example" || host == "login.vendor.example")
}

// withHeader is what confighttp's headers and auth extensions are: a layer of
// the transport that adds a secret to whatever passes.
type withHeader struct{ *http.Transport }

func (w withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Extension", canary)
	return w.Transport.RoundTrip(r)
}

func (n *network) serveVendor(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	location, status, digest := n.location, n.status, n.digest
	n.mu.Unlock()
	switch {
	case digest && r.Header.Get("Authorization") == "":
		w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256`)
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/redirect":
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	case r.URL.Path == "/hop":
		http.Redirect(w, r, "/redirect", http.StatusFound)
	case r.URL.Path == "/token":
		_, _ = io.WriteString(w, `{"access_token":"`+canary+`-token","expires_in":3600}`)
	default:
		_, _ = io.WriteString(w, `[]`)
	}
}

func (n *network) serveEvil(w http.ResponseWriter, r *http.Request) {
	dump, _ := httputil.DumpRequest(r, true)
	n.mu.Lock()
	n.seen = append(n.seen, string(dump))
	n.mu.Unlock()
	_, _ = io.WriteString(w, `{"access_token":"x"}`)
}

// answer sets where /redirect leads to and forgets what was seen.
func (n *network) answer(status int, location string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.status, n.location, n.seen = status, location, nil
}

func (n *network) stolen() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.seen
}

func credentials() map[string]Config {
	return map[string]Config{
		"bearer":         {Bearer: canary},
		"header":         {Header: "SSWS " + canary},
		"basic":          {Basic: &BasicConfig{Username: "u", Password: canary}},
		"API key":        {APIKey: &APIKeyConfig{Value: canary}},
		"API key, query": {APIKey: &APIKeyConfig{Value: canary, Query: "key"}},
		"oauth2":         {OAuth2: &OAuth2Config{TokenURL: "https://login.vendor.example/token", ClientID: "id", ClientSecret: canary}},
		"login":          {Login: &LoginConfig{URL: "https://login.vendor.example/token", Body: `{"p":"{params.p}"}`, Secrets: map[string]configopaque.String{"p": canary}, TokenPath: "access_token"}},
		"refresh token":  {OAuth2: &OAuth2Config{Grant: "refresh_token", TokenURL: "https://login.vendor.example/token", ClientID: "id", RefreshToken: canary}},
		"password":       {OAuth2: &OAuth2Config{Grant: "password", TokenURL: "https://login.vendor.example/token", ClientID: "id", Username: "u", Password: canary}},
		"sigv4":          {SigV4: &SigV4Config{Region: "r", Service: "s", AccessKeyID: "AKID", SecretAccessKey: canary, SessionToken: canary}},
		"hmac":           {HMAC: &HMACConfig{KeyID: canary, Key: canary, Scheme: "duo"}},
		"digest":         {Digest: &DigestConfig{Username: canary, Password: canary}},
	}
}

// vendorClient is a client as the receiver makes it.
func vendorClient(t *testing.T, n *network, cfg Config) *send.Client {
	t.Helper()
	a, err := New(cfg, Settings{HTTP: n.client})
	require.NoError(t, err)
	endpoint, err := url.Parse(vendorURL)
	require.NoError(t, err)
	c, err := send.NewClient(n.client, send.Settings{Endpoint: endpoint, Authorize: a.Authorize, Secrets: a.Secrets})
	require.NoError(t, err)
	return c
}

// follow asks for a next link that the vendor gave.
func follow(t *testing.T, c *send.Client, link string) error {
	t.Helper()
	base, err := url.Parse(vendorURL)
	require.NoError(t, err)
	ref, err := url.Parse(link)
	if err != nil {
		return err
	}
	b, err := request.New(request.Settings{URL: vendorURL})
	require.NoError(t, err)
	req, err := b.Build(t.Context(), request.Values{URL: base.ResolveReference(ref)})
	if err != nil {
		return err
	}
	_, err = c.Do(t.Context(), req)
	return err
}

func ask(t *testing.T, c *send.Client, path string) error {
	t.Helper()
	_, err := c.Do(t.Context(), newRequest(t, "https://api.vendor.example"+path))
	return err
}

func TestNoSecretReachesAnotherOrigin(t *testing.T) {
	require.GreaterOrEqual(t, len(foreign), 40)
	n := newNetwork(t)
	statuses := []int{301, 302, 303, 307, 308}
	for kind, cfg := range credentials() {
		t.Run(kind, func(t *testing.T) {
			n.digest = kind == "digest"
			c := vendorClient(t, n, cfg)
			for i, trick := range foreign {
				n.answer(statuses[i%len(statuses)], trick)
				for route, err := range map[string]error{
					"redirect": ask(t, c, "/redirect"), "second redirect": ask(t, c, "/hop"), "next link": follow(t, c, trick),
				} {
					if assert.Error(t, err, "%s to %s", route, trick) {
						assert.NotContains(t, err.Error(), canary)
					}
				}
				assert.Empty(t, n.stolen(), "the evil server was asked: %s", trick)
			}
		})
	}
}

func TestOwnOriginWorksInEverySpelling(t *testing.T) {
	n := newNetwork(t)
	for kind, cfg := range credentials() {
		t.Run(kind, func(t *testing.T) {
			n.digest = kind == "digest"
			c := vendorClient(t, n, cfg)
			for _, link := range own {
				n.answer(302, link)
				assert.NoError(t, ask(t, c, "/redirect"), link)
				assert.NoError(t, follow(t, c, link), link)
			}
			assert.Empty(t, n.stolen())
		})
	}
}

// TestTokenServerCannotPassSecretsOn lets the token URL redirect instead.
func TestTokenServerCannotPassSecretsOn(t *testing.T) {
	n := newNetwork(t)
	for name, cfg := range map[string]Config{
		"oauth2":         {OAuth2: &OAuth2Config{TokenURL: "https://login.vendor.example/redirect", ClientID: "id", ClientSecret: canary}},
		"oauth2 basic":   {OAuth2: &OAuth2Config{TokenURL: "https://login.vendor.example/redirect", ClientID: "id", ClientSecret: canary, ClientAuth: "basic"}},
		"refresh token":  {OAuth2: &OAuth2Config{Grant: "refresh_token", TokenURL: "https://login.vendor.example/redirect", ClientID: "id", RefreshToken: canary}},
		"password":       {OAuth2: &OAuth2Config{Grant: "password", TokenURL: "https://login.vendor.example/redirect", ClientID: "id", Username: "u", Password: canary}},
		"login by POST":  {Login: &LoginConfig{URL: "https://login.vendor.example/redirect", Body: `{"p":"{params.p}"}`, Secrets: map[string]configopaque.String{"p": canary}, TokenPath: "access_token"}},
		"login by GET":   {Login: &LoginConfig{Method: "GET", URL: "https://login.vendor.example/redirect", Headers: map[string]string{"X-P": "{params.p}"}, Secrets: map[string]configopaque.String{"p": canary}, TokenPath: "access_token"}},
		"login in query": {Login: &LoginConfig{Method: "GET", URL: "https://login.vendor.example/redirect?p={params.p}", Secrets: map[string]configopaque.String{"p": canary}, TokenPath: "access_token"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := New(cfg, Settings{HTTP: n.client})
			require.NoError(t, err)
			for i, trick := range append([]string{vendorURL}, foreign...) { // the API is foreign to the token server
				n.answer([]int{302, 307, 308}[i%3], trick)
				err := a.Authorize(t.Context(), newRequest(t, vendorURL))
				if assert.Error(t, err, trick) {
					assert.NotContains(t, err.Error(), canary)
				}
				assert.Empty(t, n.stolen(), trick)
			}
		})
	}
}

// TestErrorsOfTheCredentialsSayNoSecret lets a token server, and the server that
// is asked for a digest challenge, say what they know: their own side of the
// secret, and what a proxy was told.
func TestErrorsOfTheCredentialsSayNoSecret(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"message":"no: C4NARY `+canary+`  pr0xy/pass"}`)
	}))
	t.Cleanup(srv.Close)
	for kind, cfg := range map[string]Config{
		"digest": {Digest: &DigestConfig{Username: "me", Password: canary}},
		"oauth2": {OAuth2: &OAuth2Config{TokenURL: srv.URL, ClientID: "id", ClientSecret: canary}},
		"login":  {Login: &LoginConfig{URL: srv.URL, Body: `{"p":"{params.p}"}`, Secrets: map[string]configopaque.String{"p": canary}, TokenPath: "access_token"}},
	} {
		t.Run(kind, func(t *testing.T) {
			a, err := New(cfg, Settings{HTTP: srv.Client(), Secrets: func() []string { return []string{"pr0xy/pass"} }})
			require.NoError(t, err)
			err = a.Authorize(t.Context(), newRequest(t, srv.URL+"/v1"))
			require.ErrorContains(t, err, "no: *** *** ***")
		})
	}
}

func TestATokenIsAText(t *testing.T) {
	for _, token := range []string{`{"a":"b"}`, `["a"]`, "true", "null", `""`} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"access_token":`+token+`}`) }))
		a, err := New(Config{OAuth2: &OAuth2Config{TokenURL: srv.URL, ClientID: "id", ClientSecret: canary}}, Settings{HTTP: srv.Client()})
		require.NoError(t, err)
		assert.ErrorContains(t, a.Authorize(t.Context(), newRequest(t, srv.URL)), "has no token", token)
		srv.Close()
	}
}

// TestTheMatrixCanFail shows that the network does catch a client that follows.
func TestTheMatrixCanFail(t *testing.T) {
	n := newNetwork(t)
	n.answer(302, "https://evil.example/")
	req := newRequest(t, "https://api.vendor.example/redirect")
	req.Header.Set("X-Api-Key", canary)
	resp, err := n.client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Len(t, n.stolen(), 1)
	assert.Contains(t, n.stolen()[0], "X-Api-Key: "+canary)
	assert.Contains(t, n.stolen()[0], "X-Extension: "+canary)
}

// TestErrorsOfAVendorThatEchoesSecrets has the vendor answer with what it got.
func TestErrorsOfAVendorThatEchoesSecrets(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_, _ = io.WriteString(w, `{"access_token":"`+canary+`-token"}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, password, _ := r.BasicAuth()
		fmt.Fprintf(w, `{"message":%q}`, "no: "+r.Header.Get("Authorization")+" "+r.URL.RawQuery+" "+r.Header.Get("X-Api-Key")+" "+password)
	})
	srv := httptest.NewServer(echo)
	defer srv.Close()
	endpoint, err := url.Parse(srv.URL)
	require.NoError(t, err)
	for kind, cfg := range credentials() {
		if kind == "digest" || kind == "hmac" {
			continue // what they send is no secret: a digest of one use
		}
		t.Run(kind, func(t *testing.T) {
			if cfg.OAuth2 != nil {
				cfg.OAuth2.TokenURL = srv.URL + "/token"
			}
			if cfg.Login != nil {
				cfg.Login.URL = srv.URL + "/token"
			}
			a, err := New(cfg, Settings{HTTP: srv.Client()})
			require.NoError(t, err)
			c, err := send.NewClient(srv.Client(), send.Settings{Endpoint: endpoint, Authorize: a.Authorize, Secrets: a.Secrets})
			require.NoError(t, err)
			defer c.CloseIdleConnections()
			_, err = c.Do(t.Context(), newRequest(t, srv.URL+"/v1"))
			require.ErrorContains(t, err, "no:")
			assert.NotContains(t, err.Error(), canary)
			assert.NotContains(t, err.Error(), base64.StdEncoding.EncodeToString([]byte("u:"+canary)))
		})
	}
}

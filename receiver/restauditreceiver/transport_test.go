// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// clientOf makes the HTTP client of a receiver with these keys.
func clientOf(t *testing.T, tel *componenttest.Telemetry, keys string) (*http.Client, error) {
	t.Helper()
	cfg, err := load(t, "endpoint: https://api.example.com\n"+keys)
	require.NoError(t, err)
	cfg.ClientConfig.TLS.InsecureSkipVerify = true // the test's own certificates
	set := receivertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	client, _, err := (&auditReceiver{cfg: cfg, set: set}).httpClient(t.Context(), componenttest.NewNopHost(), cfg.ClientConfig, canarySecret)
	if err == nil {
		t.Cleanup(client.CloseIdleConnections)
	}
	return client, err
}

func canarySecret() []string { return []string{"c4nary/path"} }

func newTel(t *testing.T) *componenttest.Telemetry {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	return tel
}

func askOnce(t *testing.T, client *http.Client, target string) (string, error) {
	t.Helper()
	return askWithin(t.Context(), t, client, target)
}

func askWithin(ctx context.Context, t *testing.T, client *http.Client, target string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	require.NoError(t, err)
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

// TestResponseHeadersAreCappedBelowAllLayers: 10 MB are net/http's default.
func TestResponseHeadersAreCappedBelowAllLayers(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := 100 << 10
		if r.URL.Path == "/large" {
			size = 300 << 10
		}
		for i := range 10 {
			w.Header().Set(fmt.Sprintf("X-Filler-%d", i), strings.Repeat("x", size/10))
		}
	})
	servers := map[string]func(*httptest.Server){
		"HTTP/1.1":      (*httptest.Server).Start,
		"TLS":           (*httptest.Server).StartTLS,
		"TLS and HTTP2": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	}
	for name, start := range servers {
		for _, keys := range []string{"", "headers: {X-Mine: a}", "http2_read_idle_timeout: 10s"} {
			t.Run(name+" "+keys, func(t *testing.T) {
				srv := httptest.NewUnstartedServer(handler)
				start(srv)
				t.Cleanup(srv.Close)
				client, err := clientOf(t, newTel(t), keys)
				require.NoError(t, err)
				_, err = askOnce(t, client, srv.URL+"/small")
				assert.NoError(t, err)
				_, err = askOnce(t, client, srv.URL+"/large")
				assert.Error(t, err)
			})
		}
	}
}

// TestSpansHaveNoQuery: a key may stand in the query, or a cursor, or what the
// operator searches for.
func TestSpansHaveNoQuery(t *testing.T) {
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.RequestURI) }))
	t.Cleanup(srv.Close)
	tel := newTel(t)
	client, err := clientOf(t, tel, "headers: {X-Mine: c4nary}")
	require.NoError(t, err)
	_, err = askOnce(t, client, srv.URL+"/v1/logs?api_key=c4nary&x=%20+y")
	require.NoError(t, err)
	assert.Equal(t, []string{"/v1/logs?api_key=c4nary&x=%20+y"}, asked)
	spans := tel.SpanRecorder.Ended()
	require.Len(t, spans, 1)
	text := fmt.Sprint(spans[0].Name(), spans[0].Attributes(), spans[0].Events())
	assert.Contains(t, text, "/v1/logs")
	assert.NotContains(t, text, "c4nary")
	assert.NotContains(t, text, "?")
}

// TestSpansHaveNoSecretInThePath: a vendor redirects to what it was told.
func TestSpansHaveNoSecretInThePath(t *testing.T) {
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.RequestURI) }))
	t.Cleanup(srv.Close)
	tel := newTel(t)
	client, err := clientOf(t, tel, "")
	require.NoError(t, err)
	paths := []string{"/c4nary/path", "/x/C4NARY%2fpath/y", "/%634nary%2Fpath", "/" + base64.URLEncoding.EncodeToString([]byte("me:c4nary/path"))}
	for _, path := range paths {
		_, err = askOnce(t, client, srv.URL+path)
		require.NoError(t, err)
	}
	assert.Equal(t, paths, asked)
	for _, span := range tel.SpanRecorder.Ended() {
		text := strings.ToLower(fmt.Sprint(span.Name(), span.Attributes(), span.Events()))
		assert.Contains(t, text, srv.URL+"/redacted")
	}
}

// TestTheReceiverSpeaksHTTP2 also in a program that takes it from all others, whose
// redirects it can't see there.
func TestTheReceiverSpeaksHTTP2(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	one := new(http.Protocols)
	one.SetHTTP1(true)
	for keys, want := range map[string]string{"": "HTTP/2.0", "http2_read_idle_timeout: 10s": "HTTP/2.0", "force_attempt_http2: false": "HTTP/1.1"} {
		hard := &hardener{}
		cfg, err := load(t, "endpoint: https://api.example.com\n"+keys)
		require.NoError(t, err)
		wrap, err := hard.GetHTTPRoundTripper(t.Context())
		require.NoError(t, err)
		base := &http.Transport{ForceAttemptHTTP2: cfg.ClientConfig.ForceAttemptHTTP2, Protocols: one, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // the test's own certificates
		transport, err := wrap(t.Context(), base)
		require.NoError(t, err)
		got, err := askOnce(t, &http.Client{Transport: transport}, srv.URL)
		require.NoError(t, err)
		assert.Equal(t, want, got, keys)
		hard.transport.CloseIdleConnections()
	}
}

func TestDenyPrivateNetworksReachesTheTransport(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	for keys, denied := range map[string]bool{"": false, "deny_private_networks: true": true} {
		client, err := clientOf(t, newTel(t), keys)
		require.NoError(t, err)
		if _, err = askOnce(t, client, srv.URL); denied {
			assert.ErrorContains(t, err, "deny_private_networks")
		} else {
			assert.NoError(t, err)
		}
	}
}

func TestAProxyWithAPasswordIsForTheEnvironment(t *testing.T) {
	for _, proxy := range []string{"http://me:c4nary@proxy:3128", "http://c4nary@proxy", "socks5://me:c4nary@proxy:1080"} {
		_, err := load(t, "endpoint: https://api.example.com\nproxy_url: '"+proxy+"'")
		require.ErrorContains(t, err, "`proxy_url` has a user or password in it")
		assert.ErrorContains(t, err, "HTTPS_PROXY")
		assert.NotContains(t, err.Error(), "c4nary")
	}
	_, err := load(t, "endpoint: https://api.example.com\nproxy_url: http://proxy:3128")
	require.NoError(t, err)
}

// TestAProxysPasswordIsKnownAsSecret: a proxy can say it back, too, as the reason
// of a refusal.
func TestAProxysPasswordIsKnownAsSecret(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("me:c4n/ry")), r.Header.Get("Proxy-Authorization"))
	}))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	at.User = url.UserPassword("me", "c4n/ry")
	hard := &hardener{}
	wrap, err := hard.GetHTTPRoundTripper(t.Context())
	require.NoError(t, err)
	transport, err := wrap(t.Context(), &http.Transport{Proxy: http.ProxyURL(at)})
	require.NoError(t, err)
	_, err = askOnce(t, &http.Client{Transport: transport}, "http://api.example.com/")
	require.NoError(t, err)
	hard.transport.CloseIdleConnections()
	assert.Equal(t, []string{"c4n/ry"}, hard.added.texts())
}

func TestWrongProxyIsNotQuoted(t *testing.T) {
	_, err := load(t, "endpoint: https://api.example.com\nproxy_url: 'http://me:c4nary@proxy:port'")
	require.ErrorContains(t, err, "`proxy_url`")
	assert.NotContains(t, err.Error(), "c4nary")
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	closed := make(chan struct{})
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			close(closed)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	client, err := clientOf(t, newTel(t), "")
	require.NoError(t, err)
	_, err = askOnce(t, client, srv.URL)
	require.NoError(t, err)
	client.CloseIdleConnections()
	<-closed
}

// TestWhatTheCollectorAddsIsKnownAsSecret: neither `headers` nor an extension
// tells anybody else.
func TestWhatTheCollectorAddsIsKnownAsSecret(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	cfg, err := load(t, "endpoint: https://api.example.com\nheaders: {X-Key: k3y, Authorization: 'Basic bWU6cHc='}\n")
	require.NoError(t, err)
	set := receivertest.NewNopSettings(metadata.Type)
	client, added, err := (&auditReceiver{cfg: cfg, set: set}).httpClient(t.Context(), componenttest.NewNopHost(), cfg.ClientConfig, canarySecret)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	assert.Empty(t, added())
	for range 3 {
		_, err = askOnce(t, client, srv.URL)
		require.NoError(t, err)
	}
	assert.ElementsMatch(t, []string{"k3y", "Basic bWU6cHc=", "bWU6cHc=", "pw"}, added())
}

// TestPartsOfWhatTheCollectorAddsAreKnown: a vendor says back the key alone.
func TestPartsOfWhatTheCollectorAddsAreKnown(t *testing.T) {
	const key = "y_NbAkKc66ry"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(key+":x"))
	for name, tc := range map[string]struct {
		header, value string
		known         bool
	}{
		"behind a name":                       {"Authorization", "Token token=" + key, true},
		"the user of Basic":                   {"Authorization", basic, true},
		"one cookie of two":                   {"Cookie", "session=" + key + "; theme=dark", true},
		"beside an id":                        {"X-Auth-Token", key + "/ID", true},
		"behind a scheme in any header":       {"X-Mine", "Token token=" + key, true},
		"not in a header that is no password": {"X-Mine", "a=" + key + "; b", false},
	} {
		t.Run(name, func(t *testing.T) {
			var a additions
			a.note(nil, http.Header{tc.header: {tc.value}})
			assert.Equal(t, tc.known, slices.Contains(a.texts(), key), a.texts())
			a = additions{open: send.Open{"https://api.example/" + key}}
			a.note(nil, http.Header{tc.header: {tc.value}})
			assert.NotContains(t, a.texts(), key, "the config says it openly")
		})
	}
}

func TestNoneOfManyAdditionsIsForgotten(t *testing.T) {
	before, after := http.Header{"Accept": {"json"}}, http.Header{"Accept": {"json"}}
	for i := range 3 * maxAdditions {
		after.Set(fmt.Sprint("X-", i), fmt.Sprint("static", i))
	}
	var a additions
	for i := range 3 * maxAdditions {
		after.Set("Authorization", fmt.Sprint("token", i))
		a.note(before, after)
		known := a.texts()
		assert.NotContains(t, known, "json", "it was there before")
		for _, values := range after {
			if values[0] != "json" {
				assert.Contains(t, known, values[0])
			}
		}
		assert.Equal(t, i > 0, slices.Contains(known, fmt.Sprint("token", i-1)), "the token before may still be said back")
		assert.LessOrEqual(t, len(known), 4*maxAdditions+1)
	}
}

// TestTelemetrySeesNoErrorText: it quotes what the vendor has sent.
func TestTelemetrySeesNoErrorText(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if assert.NoError(t, err) {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: c4nary\r\n\r\n")
			_ = conn.Close()
		}
	}))
	t.Cleanup(srv.Close)
	tel := newTel(t)
	client, err := clientOf(t, tel, "")
	require.NoError(t, err)
	_, err = askOnce(t, client, srv.URL)
	require.ErrorContains(t, err, "c4nary", "the caller gets it, and cleans it")
	spans := tel.SpanRecorder.Ended()
	require.Len(t, spans, 1)
	assert.NotContains(t, fmt.Sprint(spans[0].Status(), spans[0].Attributes(), spans[0].Events()), "c4nary")
}

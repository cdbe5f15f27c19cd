// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// nameService answers questions about any name with the addresses that are set,
// over UDP on the loopback interface.
type nameService struct {
	mu        sync.Mutex
	addresses []netip.Addr
	asked     int
}

func (n *nameService) set(addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses = nil
	for _, a := range addresses {
		n.addresses = append(n.addresses, netip.MustParseAddr(a))
	}
}

// start returns a resolver that asks the service.
func (n *nameService) start(t *testing.T) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	go func() {
		question := make([]byte, 512)
		for {
			size, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			if answer, err := n.answer(question[:size]); assert.NoError(t, err) {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *nameService) answer(packet []byte) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var m dnsmessage.Message
	if err := m.Unpack(packet); err != nil {
		return nil, err
	}
	n.asked++
	m.Response, m.RCode, m.Additionals = true, dnsmessage.RCodeSuccess, nil
	q := m.Questions[0]
	for _, a := range n.addresses {
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case q.Type == dnsmessage.TypeA && a.Is4():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: a.As4()}})
		case q.Type == dnsmessage.TypeAAAA && a.Is6():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	return m.Pack()
}

// askName asks a server under a name of the service, on a connection of its own.
func askName(t *testing.T, host string, names *net.Resolver, denyPrivate bool, serverURL string) error {
	t.Helper()
	server := mustParse(t, serverURL)
	target := *server
	target.Host = net.JoinHostPort(host, server.Port())
	transport := &http.Transport{DisableKeepAlives: true}
	hardenWith(transport, denyPrivate, names)
	c, err := NewClient(&http.Client{Transport: transport}, Settings{Endpoint: &target, AllowHTTP: true})
	require.NoError(t, err)
	_, err = c.Do(t.Context(), get(t, target.String()))
	return err
}

func okServer(t *testing.T) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) }))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestNamesNeverLeadToMetadata(t *testing.T) {
	server, names := okServer(t), &nameService{}
	resolver := names.start(t)
	for _, address := range metadataAddresses {
		if strings.Contains(address, "%") {
			continue // no name leads to a zone
		}
		names.set(address)
		e := requireClass(t, askName(t, "vendor.example.", resolver, false, server), ClassConfig)
		assert.ErrorIs(t, e, errNeighbour, address)
		assert.NotEmpty(t, e.Hint)
	}
	names.mu.Lock()
	defer names.mu.Unlock()
	assert.NotZero(t, names.asked)
}

func TestPrivateNetworksAreDeniedIfAsked(t *testing.T) {
	server, names := okServer(t), &nameService{}
	resolver := names.start(t)
	for _, address := range internalAddresses {
		names.set(address)
		e := requireClass(t, askName(t, "vendor.example.", resolver, true, server), ClassConfig)
		assert.ErrorIs(t, e, errInternal, address)
	}
	// By its address too, and only if asked.
	assert.ErrorIs(t, askName(t, "127.0.0.1", resolver, true, server), errInternal)
	assert.NoError(t, askName(t, "127.0.0.1", resolver, false, server))
	names.set("127.0.0.1")
	assert.NoError(t, askName(t, "vendor.example.", resolver, false, server))
}

// TestNamesThatChangeGainNothing: the address is looked at when the connection
// is opened, so it doesn't help to answer two lookups in different ways.
func TestNamesThatChangeGainNothing(t *testing.T) {
	server, names := okServer(t), &nameService{}
	resolver := names.start(t)
	names.set("127.0.0.1")
	require.NoError(t, askName(t, "vendor.example.", resolver, false, server))
	names.set("169.254.169.254")
	assert.ErrorIs(t, askName(t, "vendor.example.", resolver, false, server), errNeighbour)
	// One bad address among good ones is left out, not a reason to fail.
	names.set("169.254.169.254", "127.0.0.1")
	assert.NoError(t, askName(t, "vendor.example.", resolver, false, server))
}

// TestProxyMayBeAnywhere: it is the operator's own.
func TestProxyMayBeAnywhere(t *testing.T) {
	proxy := mustParse(t, okServer(t))
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	Harden(transport, true)
	t.Cleanup(transport.CloseIdleConnections)
	c, err := NewClient(&http.Client{Transport: transport}, Settings{Endpoint: &url.URL{Scheme: "http", Host: "vendor.example"}, AllowHTTP: true})
	require.NoError(t, err)
	resp, err := c.Do(t.Context(), get(t, "http://vendor.example/"))
	require.NoError(t, err)
	assert.Equal(t, "[]", resp.Body)
}

func TestHardenedTransportCapsTheHeader(t *testing.T) {
	sizes := map[string]int{"/small": 100 << 10, "/large": 300 << 10, "/huge": 10 << 20}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A few long lines: the cap is on the sum.
		for range 10 {
			w.Header().Add("X-Filler", strings.Repeat("x", sizes[r.URL.Path]/10))
		}
		_, _ = w.Write([]byte("[]"))
	}))
	t.Cleanup(srv.Close)
	tr := &http.Transport{}
	Harden(tr, false)
	t.Cleanup(tr.CloseIdleConnections)
	// A layer above hides the transport, as those of the Collector do.
	c, err := NewClient(&http.Client{Transport: transport(tr.RoundTrip)}, Settings{Endpoint: mustParse(t, srv.URL)})
	require.NoError(t, err)
	_, err = c.Do(t.Context(), get(t, srv.URL+"/small"))
	assert.NoError(t, err)
	for _, path := range []string{"/large", "/huge"} {
		_, err = c.Do(t.Context(), get(t, srv.URL+path))
		assert.ErrorContains(t, err, "headers exceeded 262144 bytes", path)
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pipes is a listener whose connections are pipes, so that a test's clock is that
// of its bubble.
type pipes struct {
	conns chan net.Conn
	done  <-chan struct{}
	close func()
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

// line is the client's end of a connection. Once it is dead, what is written
// disappears, as in a firewall that has forgotten the connection.
type line struct {
	net.Conn
	dead atomic.Bool
}

func (l *line) Write(p []byte) (int, error) {
	if l.dead.Load() {
		return len(p), nil
	}
	return l.Conn.Write(p)
}

func TestADeadHTTP2ConnectionIsReplacedByDefault(t *testing.T) {
	for name, keys := range map[string]string{
		"by default":                        "",
		"with the Collector's header layer": "headers: {X-Mine: a}",
		"with times of one's own":           "http2_read_idle_timeout: 5s\nhttp2_ping_timeout: 1s",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				done, end := context.WithCancel(t.Context())
				listener := &pipes{conns: make(chan net.Conn), done: done.Done(), close: end}
				srv := &httptest.Server{Listener: listener, EnableHTTP2: true, Config: &http.Server{
					Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }),
				}}
				srv.StartTLS()
				t.Cleanup(srv.Close)
				client, err := clientOf(t, newTel(t), keys)
				require.NoError(t, err)
				var lines []*line
				transport := client.Transport.(veil).idle
				transport.Proxy = nil
				transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
					ours, theirs := net.Pipe()
					listener.conns <- theirs
					lines = append(lines, &line{Conn: ours})
					return lines[len(lines)-1], nil
				}
				ask := func() (string, error) {
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
					defer cancel()
					return askWithin(ctx, t, client, "https://api.example.com/")
				}
				proto, err := ask()
				require.NoError(t, err)
				require.Equal(t, "HTTP/2.0", proto)

				lines[0].dead.Store(true)
				_, err = ask()
				require.Error(t, err, "it was under way on the dead connection")
				_, err = ask()
				require.NoError(t, err)
				assert.Len(t, lines, 2)
			})
		})
	}
}

// TestHTTP2CanBeSwitchedOff: the pings need HTTP/2, and must not bring it back.
func TestHTTP2CanBeSwitchedOff(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	for keys, want := range map[string]string{
		"":                            "HTTP/2.0",
		"http2_read_idle_timeout: 0s": "HTTP/2.0",
		"force_attempt_http2: false":  "HTTP/1.1",
	} {
		client, err := clientOf(t, newTel(t), keys)
		require.NoError(t, err)
		proto, err := askOnce(t, client, srv.URL)
		require.NoError(t, err)
		assert.Equal(t, want, proto, keys)
	}
}

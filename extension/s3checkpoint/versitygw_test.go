// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/storetest"
)

// gateway is a real S3 server on this machine, and a switch in front of it that
// can lose requests and answers.
type gateway struct {
	endpoint string
	client   *http.Client
	line     *line
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	bin := os.Getenv("VERSITYGW_BIN")
	if bin == "" {
		t.Skip("VERSITYGW_BIN is not set: no real S3 server to test with (`make test` sets it)")
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, testBucket), 0o700))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, bin, "--port", address, "--quiet", "posix", dir)
	cmd.Env = []string{"ROOT_ACCESS_KEY=id", "ROOT_SECRET_KEY=secret", "HOME=" + dir}
	require.NoError(t, cmd.Start())
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		cancel()
		_ = cmd.Wait() // it was killed
	})
	g := &gateway{endpoint: "http://" + address, line: &line{next: transport}}
	g.client = &http.Client{Transport: g.line}
	require.Eventually(t, func() bool {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
	return g
}

// line is the network to the gateway.
type line struct {
	next  http.RoundTripper
	fault atomic.Int32 // a storetest.Fault
}

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	fault := storetest.Fault(l.fault.Load())
	if fault == storetest.Outage {
		return nil, fmt.Errorf("simulated: no route")
	}
	if r.Method != http.MethodPut || fault == 0 || !l.fault.CompareAndSwap(int32(fault), 0) {
		return l.next.RoundTrip(r)
	}
	if fault == storetest.Lost {
		res, err := l.next.RoundTrip(r)
		if err == nil {
			_ = res.Body.Close()
		}
	}
	return nil, fmt.Errorf("simulated: connection reset")
}

func (g *gateway) store(t testing.TB, prefix string, change ...func(*Config)) storetest.Store {
	change = append(change, func(c *Config) { c.Endpoint, c.Prefix = g.endpoint, prefix })
	open := func(ctx context.Context) (storage.Client, error) {
		return newReplicaVia(t, g.client, change...).GetClient(ctx, component.KindReceiver, okta, "")
	}
	return storetest.Store{Open: open, Rival: open, Arm: func(f storetest.Fault) func() {
		g.line.fault.Store(int32(f))
		return func() { g.line.fault.Store(0) }
	}}
}

func TestConformanceOnARealServer(t *testing.T) {
	g := startGateway(t)
	for name, change := range map[string]func(*Config){
		"patient":      quickly(time.Second),
		"impatient":    quickly(time.Nanosecond),
		"with cleanup": func(c *Config) { quickly(time.Second)(c); c.Cleanup, c.PreviousEvery = true, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			storetest.Run(t, func(t testing.TB) storetest.Store {
				n++
				return g.store(t, fmt.Sprint(strings.ReplaceAll(name, " ", "-"), "/", n), change)
			})
		})
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

const listenConfig = `
receivers: {restaudit/a: {endpoint: "%s"}}
extensions:
  health_check: {endpoint: %q}
  zpages: {endpoint: %q}
exporters: {nop: {}}
service:
  extensions: [%s]
  telemetry: {metrics: {%s}}
  pipelines: {logs: {receivers: [restaudit/a], exporters: [nop]}}
`

// TestNothingListensButWhatTheConfigAsksFor looks at the sockets of the process.
func TestNothingListensButWhatTheConfigAsksFor(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("this system does not list the sockets of a process")
	}
	health, zpages := freeAddress(t), freeAddress(t)
	vendor := startParrot(t)
	for name, tc := range map[string]struct {
		extensions, metrics string
		want                []string
	}{
		"nothing":                   {"", "level: none", nil},
		"what is defined, not used": {"health_check", "level: none", []string{health}},
		"two":                       {"health_check, zpages", "level: none", []string{health, zpages}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ElementsMatch(t, tc.want, listening(t, fmt.Sprintf(listenConfig, vendor.url, health, zpages, tc.extensions, tc.metrics)))
		})
	}
}

// TestMetricsListenOnThisMachineOnly: it is the one port that is open by default.
func TestMetricsListenOnThisMachineOnly(t *testing.T) {
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("this system does not list the sockets of a process")
	}
	if l, err := net.Listen("tcp", "127.0.0.1:8888"); err != nil {
		t.Skip("the port of the Collector's metrics is in use")
	} else {
		require.NoError(t, l.Close())
	}
	got := listening(t, fmt.Sprintf(listenConfig, startParrot(t).url, "127.0.0.1:1", "127.0.0.1:2", "", ""))
	assert.Equal(t, []string{"127.0.0.1:8888"}, got)
}

// listening returns where a collector listens once it is up.
func listening(t *testing.T, config string) []string {
	t.Helper()
	c := &collector{log: &output{}}
	var err error
	c.Process, err = rig.Start(t.Context(), rig.Program{Path: collectorBin, Args: []string{"--config", write(t, "otel.yaml", config)}, Stderr: c.log})
	require.NoError(t, err)
	t.Cleanup(c.Kill)
	c.waitReady(t)
	sockets := map[string]bool{}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", c.Pid()))
	require.NoError(t, err)
	require.NotEmpty(t, links)
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil { // it may be closed meanwhile
			sockets[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	var out []string
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", c.Pid(), table))
		if err != nil {
			continue // no such family here
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && sockets[f[9]] && isOpen(table, f[2], f[3]) {
				out = append(out, socketAddress(t, f[1]))
			}
		}
	}
	return out
}

// isOpen tells whether a socket takes what anybody sends: a TCP socket that
// listens, or a UDP socket that is bound to no peer.
func isOpen(table, remote, state string) bool {
	if strings.HasPrefix(table, "tcp") {
		return state == "0A"
	}
	return strings.HasSuffix(remote, ":0000")
}

// socketAddress reads an address as the kernel writes it: each four bytes of the
// address as a number of the machine, the port as a number.
func socketAddress(t *testing.T, text string) string {
	t.Helper()
	host, port, _ := strings.Cut(text, ":")
	var ip net.IP
	for len(host) >= 8 {
		var a, b, c, d byte
		_, err := fmt.Sscanf(host[:8], "%02X%02X%02X%02X", &a, &b, &c, &d)
		require.NoError(t, err)
		ip, host = append(ip, d, c, b, a), host[8:]
	}
	var n int
	_, err := fmt.Sscanf(port, "%X", &n)
	require.NoError(t, err)
	return net.JoinHostPort(ip.String(), fmt.Sprint(n))
}

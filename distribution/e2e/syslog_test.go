// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// syslogServer takes RFC 5424 messages with octet counting (RFC 6587).
type syslogServer struct {
	address string

	mu  sync.Mutex
	got []rig.Record
}

func startSyslog(t *testing.T) *syslogServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &syslogServer{address: l.Addr().String()}
	var clients sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		clients.Wait()
	})
	clients.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			clients.Go(func() { assert.NoError(t, s.serve(conn)) })
		}
	})
	return s
}

func (s *syslogServer) records() []rig.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]rig.Record(nil), s.got...)
}

// serve reads messages until the other side is gone.
func (s *syslogServer) serve(conn net.Conn) error {
	in := bufio.NewReader(conn)
	for {
		message, ok := readFrame(in)
		if !ok {
			return nil
		}
		r, err := parseSyslog(message)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.got = append(s.got, r)
		s.mu.Unlock()
	}
}

// readFrame reads a message with its length before it.
func readFrame(in *bufio.Reader) (message string, ok bool) {
	var length int
	if _, err := fmt.Fscanf(in, "%d ", &length); err != nil {
		return "", false
	}
	frame := make([]byte, length)
	_, err := io.ReadFull(in, frame)
	return string(frame), err == nil
}

// syslogMessage is: priority and version, time, host, program, process, message
// id, structured data, text.
var (
	syslogMessage = regexp.MustCompile(`(?s)^<165>1 (\S+) otelcol-audit okta - - \[restaudit@32473 ([^\]]*)\] (.*)\n$`)
	syslogUID     = regexp.MustCompile(`\buid="([^"]+)"`)
	syslogEvent   = regexp.MustCompile(`\bevent="([^"]+)"`)
)

func parseSyslog(message string) (rig.Record, error) {
	m := syslogMessage.FindStringSubmatch(message)
	if m == nil {
		return rig.Record{}, fmt.Errorf("not the message that was asked for: %q", message)
	}
	uid, event := syslogUID.FindStringSubmatch(m[2]), syslogEvent.FindStringSubmatch(m[2])
	if uid == nil || event == nil {
		return rig.Record{}, fmt.Errorf("structured data: %q", m[2])
	}
	at, err := time.Parse(time.RFC3339Nano, m[1])
	return rig.Record{Time: at, UID: uid[1], EventName: event[1], Body: m[3]}, err
}

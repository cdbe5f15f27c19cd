// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// sink takes OTLP/HTTP and throws it away, each request after a while.
type sink struct {
	url    string
	server *http.Server
}

func startSink(ctx context.Context, latency time.Duration) (*sink, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sink: %w", err)
	}
	s := &sink{url: "http://" + l.Addr().String()}
	s.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(latency)
		// An empty answer is an empty protobuf message: all accepted.
		w.Header().Set("Content-Type", "application/x-protobuf")
	})}
	go func() { _ = s.server.Serve(l) }() // until close
	return s, nil
}

func (s *sink) close() { _ = s.server.Close() }

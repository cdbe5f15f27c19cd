// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// vendor serves pre-rendered pages from within this process, where it can count
// requests by the `source` in their query.
type vendor struct {
	url    string
	server *http.Server
	pages  http.Handler

	mu       sync.Mutex
	requests map[string]int
	total    int
	first    time.Time
	at       int           // total that wanted waits for
	reached  chan struct{} // closed then
}

// startVendor serves events of 400 bytes.
func startVendor(ctx context.Context, events int) (*vendor, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("vendor: %w", err)
	}
	v := &vendor{
		url:      "http://" + l.Addr().String(),
		pages:    vendorsim.NewBench(vendorsim.BenchOptions{Events: events, Size: 400}),
		requests: map[string]int{},
	}
	v.server = &http.Server{Handler: v, ReadHeaderTimeout: time.Minute}
	go func() { _ = v.server.Serve(l) }() // until close
	return v, nil
}

// ServeHTTP implements http.Handler.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	if v.total == 0 {
		v.first = time.Now()
	}
	v.requests[r.URL.Query().Get("source")]++
	if v.total++; v.total == v.at {
		close(v.reached)
	}
	v.mu.Unlock()
	v.pages.ServeHTTP(w, r)
}

// wait returns when so many requests more have come.
func (v *vendor) wait(ctx context.Context, more int) error {
	v.mu.Lock()
	v.at, v.reached = v.total+more, make(chan struct{})
	reached := v.reached
	v.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-reached:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for %d requests: %w", more, ctx.Err())
	}
}

// all returns when so many different sources have asked.
func (v *vendor) all(ctx context.Context, sources int) error {
	for {
		if len(v.counts()) >= sources {
			return nil
		}
		if err := v.wait(ctx, sources/10); err != nil {
			return fmt.Errorf("%d of %d sources have begun: %w", len(v.counts()), sources, err)
		}
	}
}

// counts is the requests of each source so far.
func (v *vendor) counts() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.requests)
}

func (v *vendor) close() { _ = v.server.Close() }

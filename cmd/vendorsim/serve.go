// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
)

// grace is how long answers under way may take at the end.
const grace = 2 * time.Second

// ready is the line that tells where the server is.
type ready struct {
	Address string   `json:"address"`
	URL     string   `json:"url"`
	Vendors []string `json:"vendors"`
}

// serve runs the server until ctx or the lifetime ends.
func serve(ctx context.Context, c config, stdout io.Writer) error {
	handler, vendors, err := build(c)
	if err != nil {
		return err
	}
	if c.lifetime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.lifetime)
		defer cancel()
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	address := l.Addr().String()
	if err := json.NewEncoder(stdout).Encode(ready{address, "http://" + address, vendors}); err != nil {
		_ = srv.Close()
		return fmt.Errorf("standard output: %w", err)
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		_ = srv.Close() // answers that a fault makes slow are cut off
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// build makes the handler of everything that the command line asks for.
func build(c config) (http.Handler, []string, error) {
	sim := vendorsim.New(c.sim)
	for _, f := range c.faults {
		if err := sim.SetFault(f.Vendor, f.Fault); err != nil {
			return nil, nil, fmt.Errorf("-fault: %w", err)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/", sim)
	if c.pages > 0 {
		mux.Handle("GET /bench/v1/logs", vendorsim.NewBench(c.bench))
	}
	return mux, sim.Vendors(), nil
}

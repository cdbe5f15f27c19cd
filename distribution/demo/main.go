// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Program demo shows the product at work, with nothing from outside of this
// machine: simulated vendors with faults, otelcol-audit polling five of them into
// a file, a SIGKILL in the middle. It ends by itself, with 0 only if every event
// that the vendors had has arrived.
//
// It starts ../bin/vendorsim and ../bin/otelcol-audit; OTELCOL_AUDIT_BIN and
// VENDORSIM_BIN name others. `make demo` builds and runs it all.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run plays the demo in a folder that is gone afterwards.
func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "otelcol-audit-demo-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	defer os.RemoveAll(dir)
	d := demo{
		out: os.Stdout, dir: dir,
		collectorBin: cmp.Or(os.Getenv("OTELCOL_AUDIT_BIN"), "../bin/otelcol-audit"),
		vendorsBin:   cmp.Or(os.Getenv("VENDORSIM_BIN"), "../bin/vendorsim"),
	}
	return d.play(ctx)
}

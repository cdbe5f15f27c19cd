// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Program bench measures otelcol-audit as a whole process: CPU time per event
// and peak memory, polling pages that vendorsim has rendered before, over
// loopback HTTP, each in its own process. `make bench` builds and runs it all.
//
// CPU per event is the difference of two runs with different numbers of events,
// divided by the difference of the numbers: what it takes to start and stop
// cancels out. limit-raw, in the same run, is what no receiver in Go can beat by
// much: net/http, a split by gjson, three fields, the body as it is. Figures move
// from machine to machine; ratios to limit-raw move less.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == limitRawCommand {
		return limitRaw(ctx, args[1])
	}
	b := bench{
		out:          os.Stdout,
		collectorBin: cmp.Or(os.Getenv("OTELCOL_AUDIT_BIN"), "../bin/otelcol-audit"),
		vendorsBin:   cmp.Or(os.Getenv("VENDORSIM_BIN"), "../bin/vendorsim"),
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&b.runs, "runs", 3, "runs of each case; the median counts")
	flags.IntVar(&b.few, "few", 50, "pages of the small run, of 1,000 events each")
	flags.IntVar(&b.many, "many", 500, "pages of the large run")
	flags.StringVar(&b.only, "only", "", "measure only the cases whose names hold this, and limit-raw")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	if b.runs < 1 || b.few < 1 || b.many <= b.few {
		return fmt.Errorf("-runs must be positive, and 0 < few < many")
	}
	return b.run(ctx)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Program bench measures otelcol-audit as a whole process, against servers in
// other processes over loopback HTTP, and prints one table. `make bench` builds
// and runs it all; docs/benchmarks.md explains each figure.
//
// CPU per event is the difference of two runs with different numbers of events,
// divided by the difference of the numbers: what it takes to start and stop
// cancels out. limit-raw, in the same run, is what no receiver in Go can beat by
// much: net/http, a split by gjson, three fields, the body as it is. Figures move
// from machine to machine; ratios to limit-raw move less, so these are what is
// compared with the baseline.
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
		collectorBin: cmp.Or(os.Getenv("OTELCOL_AUDIT_BIN"), "../bin/otelcol-audit"),
		slimBin:      cmp.Or(os.Getenv("OTELCOL_AUDIT_SLIM_BIN"), "../bin/otelcol-audit-slim"),
		vendorsBin:   cmp.Or(os.Getenv("VENDORSIM_BIN"), "../bin/vendorsim"),
	}
	var baselineFile string
	var write bool
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&b.runs, "runs", 3, "runs of each case; the median counts")
	flags.IntVar(&b.few, "few", 50, "pages of the small run, of 1,000 events each")
	flags.IntVar(&b.many, "many", 500, "pages of the large run")
	flags.StringVar(&b.only, "only", "", "measure only the figures whose names hold this, and limit-raw")
	flags.StringVar(&baselineFile, "baseline", "bench/baseline.json", "figures to compare with")
	flags.BoolVar(&write, "write", false, "write the baseline anew")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	if b.runs < 1 || b.few < 1 || b.many <= b.few {
		return fmt.Errorf("-runs must be positive, and 0 < few < many")
	}
	base, err := readBaseline(baselineFile)
	if err != nil {
		return err
	}
	machine := describeMachine()
	fmt.Println(machine)
	if err := b.run(ctx); err != nil {
		return err
	}
	if err := b.report.print(os.Stdout, base); err != nil {
		return err
	}
	if write {
		return b.report.baseline(machine).write(baselineFile)
	}
	return nil
}

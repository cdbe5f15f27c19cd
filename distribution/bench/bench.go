// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

//go:embed collector.yaml
var collectorConfig []byte

// bench is one measurement of everything.
type bench struct {
	collectorBin, slimBin, vendorsBin string
	runs, few, many                   int
	only                              string

	dir    string
	report report
}

// run measures all figures, one after the other: they must not share the cores.
func (b *bench) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // kills what still runs
	var err error
	if b.dir, err = os.MkdirTemp("", "otelcol-audit-bench-"); err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	defer os.RemoveAll(b.dir)
	if err := os.WriteFile(filepath.Join(b.dir, "collector.yaml"), collectorConfig, 0o600); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{partIntake, b.intake},
		{partAllocations, b.allocations},
		{partCatchUp, b.catchUp},
		{partIdle, b.idle},
		{partFair, b.fair},
		{partStart, b.start},
	} {
		if part.name != partIntake && !strings.Contains(part.name, b.only) {
			continue
		}
		began := time.Now()
		if err := part.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: measured in %v\n", part.name, time.Since(began).Round(time.Second))
	}
	return nil
}

// The parts, as the names of their figures begin.
const (
	partIntake      = "intake"
	partAllocations = "allocations"
	partCatchUp     = "catch-up"
	partIdle        = "idle"
	partFair        = "200 active sources"
	partStart       = "start"
)

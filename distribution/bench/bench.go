// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

//go:embed collector.yaml
var collectorConfig []byte

const pageEvents = 1000

// bench is one measurement of all cases.
type bench struct {
	out                      io.Writer
	collectorBin, vendorsBin string
	runs, few, many          int
	only                     string
	dir                      string
	sink                     *sink
}

// figure is what one process used.
type figure struct {
	cpu  time.Duration
	peak int64 // bytes
}

// benchCase is a way to run a process over a number of pages.
type benchCase struct {
	name      string
	eventSize int
	env       []string
	limitRaw  bool
}

func (b *bench) cases() []benchCase {
	otlp := "BENCH_SINK=" + b.sink.url
	return []benchCase{
		{name: "limit-raw (no Collector)", eventSize: 2200, limitRaw: true},
		{name: "otelcol-audit, raw body, nop", eventSize: 2200},
		{name: "otelcol-audit, map body, nop", eventSize: 2200, env: []string{"BENCH_BODY=map"}},
		{name: "otelcol-audit, raw body, otlp_http zstd", eventSize: 2200, env: []string{otlp, "BENCH_EXPORTER=otlp_http"}},
		{name: "otelcol-audit, raw body, otlp_http none", eventSize: 2200, env: []string{otlp, "BENCH_EXPORTER=otlp_http", "BENCH_COMPRESSION=none"}},
		{name: "limit-raw (no Collector), small events", eventSize: 400, limitRaw: true},
		{name: "otelcol-audit, raw body, nop, small events", eventSize: 400},
	}
}

// run measures all cases and prints the table.
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
	if b.sink, err = startSink(ctx); err != nil {
		return err
	}
	defer b.sink.close()
	w := tabwriter.NewWriter(b.out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "whole process\tCPU us/event\tx limit-raw\tpeak RSS MB, %dk events\t%dk events\tdifference\t\n", b.few, b.many)
	base := map[int]float64{}
	for _, c := range b.cases() {
		if !c.limitRaw && !strings.Contains(c.name, b.only) {
			continue
		}
		few, err := b.median(ctx, c, b.few)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		many, err := b.median(ctx, c, b.many)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		perEvent := float64((many.cpu - few.cpu).Nanoseconds()) / 1000 / float64((b.many-b.few)*pageEvents)
		if c.limitRaw {
			base[c.eventSize] = perEvent
		}
		fmt.Fprintf(w, "%s\t%.2f\t%.1f\t%.0f\t%.0f\t%+.0f\t\n", c.name, perEvent, perEvent/base[c.eventSize],
			megabytes(few.peak), megabytes(many.peak), megabytes(many.peak-few.peak))
	}
	return w.Flush()
}

// median runs a case some times over a number of pages.
func (b *bench) median(ctx context.Context, c benchCase, pages int) (figure, error) {
	var cpu []time.Duration
	var peak []int64
	for range b.runs {
		f, err := b.once(ctx, c, pages)
		if err != nil {
			return figure{}, err
		}
		cpu, peak = append(cpu, f.cpu), append(peak, f.peak)
	}
	slices.Sort(cpu)
	slices.Sort(peak)
	return figure{cpu: cpu[len(cpu)/2], peak: peak[len(peak)/2]}, nil
}

// once runs a case in a world of its own.
func (b *bench) once(ctx context.Context, c benchCase, pages int) (figure, error) {
	vendors, err := rig.StartVendors(ctx, b.vendorsBin, os.Stderr,
		"-pages", strconv.Itoa(pages), "-page-event-size", strconv.Itoa(c.eventSize))
	if err != nil {
		return figure{}, fmt.Errorf("%w (make vendorsim builds it)", err)
	}
	defer vendors.Kill()
	url := vendors.URL + "/bench/v1/logs"
	if c.limitRaw {
		return b.measureLimitRaw(ctx, url, pages)
	}
	return b.measureCollector(ctx, c, url, pages)
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

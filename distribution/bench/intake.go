// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

const (
	pageEvents = 1000
	benchLogs  = "/bench/v1/logs" // vendorsim's pre-rendered pages
)

// usage is what one process used.
type usage struct {
	cpu  time.Duration
	peak int64 // bytes
}

// intakeCase is a way to run a process over a number of pages.
type intakeCase struct {
	name       string
	eventSize  int
	gzip       bool
	set        settings
	limitRaw   bool
	must, goal float64 // x limit-raw
	memory     bool    // memory is a figure too
}

func intakeCases(sink string) []intakeCase {
	otlp := []string{"BENCH_SINK=" + sink, "BENCH_EXPORTER=otlp_http"}
	return []intakeCase{
		{name: "limit-raw", eventSize: 2200, limitRaw: true},
		{name: "raw body", eventSize: 2200, must: 2.07, goal: 1.5, memory: true},
		{name: "raw body, gzip from the vendor", eventSize: 2200, gzip: true},
		{name: "raw body, a dozen filter patterns", eventSize: 2200, set: settings{env: []string{"BENCH_EXCLUDE=" + dozenPatterns}}},
		{name: "raw body, pooled data model", eventSize: 2200, set: settings{args: pooled}},
		{name: "map body", eventSize: 2200, set: settings{env: []string{"BENCH_BODY=map"}}, must: 8.2, goal: 4.1},
		{name: "raw body, to otlp_http zstd", eventSize: 2200, set: settings{env: otlp}},
		{name: "raw body, to otlp_http uncompressed", eventSize: 2200, set: settings{env: append(slices.Clone(otlp), "BENCH_COMPRESSION=none")}},
		{name: "limit-raw, small events", eventSize: 400, limitRaw: true},
		{name: "raw body, small events", eventSize: 400, must: 2.8, goal: 1.7},
	}
}

// dozenPatterns are twelve of the kinds that users write; the events have none
// of their literals.
const dozenPatterns = `['user\.session\.impersonation', '(?i)password', 'policy\.rule\.(add|update|delete)', ` +
	`'"eventType":\s*"application\.user_membership', '(?i)privilege.*grant', '.*secrets?\.read.*', 'system\.internal', ` +
	`'(?i)healthcheck', '"alternateId":"svc-[a-z0-9]+@', 'kube-(probe|system)', '(?i)debug[_ -]?level', 'monitoring\..*\.poll']`

// intake measures CPU per event and memory, with and without delivery.
func (b *bench) intake(ctx context.Context) error {
	sink, err := startSink(ctx, 0)
	if err != nil {
		return err
	}
	defer sink.close()
	limits := map[int]float64{} // by event size
	for _, c := range intakeCases(sink.url) {
		name := partIntake + ", " + c.name
		if !c.limitRaw && !strings.Contains(name, b.only) {
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
			limits[c.eventSize] = perEvent
			b.report.add(figure{name: name, value: perEvent, unit: "us CPU/event"})
			continue
		}
		b.report.add(figure{name: name, value: perEvent, unit: "us CPU/event", limit: limits[c.eventSize], must: c.must, goal: c.goal})
		if c.memory {
			b.report.add(figure{name: fmt.Sprintf("%s: peak RSS, %dk events", name, b.few), value: megabytes(few.peak), unit: "MB", must: 110, goal: 90})
			b.report.add(figure{name: fmt.Sprintf("%s: peak RSS, %dk events", name, b.many), value: megabytes(many.peak), unit: "MB", must: 110, goal: 90})
			b.report.add(figure{name: name + ": difference", value: megabytes(many.peak - few.peak), unit: "MB", must: 10})
		}
	}
	return nil
}

// median runs a case some times over a number of pages.
func (b *bench) median(ctx context.Context, c intakeCase, pages int) (usage, error) {
	var cpu []time.Duration
	var peak []int64
	for range b.runs {
		u, err := b.once(ctx, c, pages)
		if err != nil {
			return usage{}, err
		}
		cpu, peak = append(cpu, u.cpu), append(peak, u.peak)
	}
	slices.Sort(cpu)
	slices.Sort(peak)
	return usage{cpu: cpu[len(cpu)/2], peak: peak[len(peak)/2]}, nil
}

// once runs a case in a world of its own.
func (b *bench) once(ctx context.Context, c intakeCase, pages int) (usage, error) {
	args := []string{"-pages", strconv.Itoa(pages), "-page-event-size", strconv.Itoa(c.eventSize)}
	if c.gzip {
		args = append(args, "-gzip")
	}
	vendors, err := rig.StartVendors(ctx, b.vendorsBin, os.Stderr, args...)
	if err != nil {
		return usage{}, fmt.Errorf("%w (make vendorsim builds it)", err)
	}
	defer vendors.Kill()
	url := vendors.URL + benchLogs
	if c.limitRaw {
		return b.measureLimitRaw(ctx, url, pages)
	}
	return b.runCollector(ctx, c.set, url, pages, func() error { return nil })
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

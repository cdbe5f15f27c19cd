// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// The round trips of the catch-up, and the pages that it reads: the time of the
// difference counts, so that the start of the process does not.
const (
	roundTrip    = 50 * time.Millisecond
	catchUpFew   = 10
	catchUpMany  = 110
	perfectShare = 100.0 // %
)

// catchUp measures whether fetching and delivering overlap: the share of the
// speed that the slower one would allow if it were alone.
func (b *bench) catchUp(ctx context.Context) error {
	vendor, err := b.perPage(ctx, roundTrip, 0)
	if err != nil {
		return err
	}
	destination, err := b.perPage(ctx, 0, roundTrip)
	if err != nil {
		return err
	}
	both, err := b.perPage(ctx, roundTrip, roundTrip)
	if err != nil {
		return err
	}
	slower := max(vendor, destination)
	b.report.add(figure{name: partCatchUp + ", 50 ms vendor alone", value: vendor.Seconds() * 1000, unit: "ms/page"})
	b.report.add(figure{name: partCatchUp + ", 50 ms destination alone", value: destination.Seconds() * 1000, unit: "ms/page"})
	b.report.add(figure{name: partCatchUp + ", both", value: both.Seconds() * 1000, unit: "ms/page"})
	b.report.add(figure{
		name: partCatchUp + ", share of the slower alone", value: perfectShare * slower.Seconds() / both.Seconds(), unit: "%",
		must: 80, goal: 95, larger: true,
	})
	return nil
}

// perPage is the time for a page of 1,000 events when vendor and destination
// answer after a while.
func (b *bench) perPage(ctx context.Context, vendor, destination time.Duration) (time.Duration, error) {
	sink, err := startSink(ctx, destination)
	if err != nil {
		return 0, err
	}
	defer sink.close()
	set := settings{env: []string{"BENCH_SINK=" + sink.url, "BENCH_EXPORTER=otlp_http"}}
	read := func(pages int) (time.Duration, error) {
		vendors, err := rig.StartVendors(ctx, b.vendorsBin, os.Stderr, "-pages", strconv.Itoa(pages), "-latency", vendor.String())
		if err != nil {
			return 0, fmt.Errorf("%w (make vendorsim builds it)", err)
		}
		defer vendors.Kill()
		began := time.Now()
		done := began
		_, err = b.runCollector(ctx, set, vendors.URL+benchLogs, pages, func() error { done = time.Now(); return nil })
		return done.Sub(began), err
	}
	few, err := read(catchUpFew)
	if err != nil {
		return 0, err
	}
	many, err := read(catchUpMany)
	return (many - few) / (catchUpMany - catchUpFew), err
}

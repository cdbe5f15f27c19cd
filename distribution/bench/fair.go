// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"
)

const (
	activeSources = 200
	activePages   = 40      // of 100 events, on average, from when all have begun
	endless       = 1 << 30 // events that no source gets through
)

// fair lets 200 sources catch up at once and compares how far they get in the
// same time.
func (b *bench) fair(ctx context.Context) error {
	v, err := startVendor(ctx, endless)
	if err != nil {
		return err
	}
	defer v.close()
	p, err := b.startFleet(ctx, b.collectorBin, fleet{sources: activeSources, url: v.url, interval: time.Hour, pageSize: 100})
	if err != nil {
		return err
	}
	defer p.Kill()
	if err := v.all(ctx, activeSources); err != nil {
		return err
	}
	before := v.counts()
	if err := v.wait(ctx, activeSources*activePages); err != nil {
		return err
	}
	slowest, fastest := endless, 0
	for source, n := range v.counts() {
		slowest, fastest = min(slowest, n-before[source]), max(fastest, n-before[source])
	}
	b.report.add(figure{name: partFair + ", fastest : slowest", value: float64(fastest) / float64(max(slowest, 1)), unit: ": 1", must: 2})
	return nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"
)

const (
	idleSources = 1000
	// usualInterval is what the share of a core is stated for; idlePolls are made
	// at compressedInterval, so that the measurement takes seconds.
	usualInterval      = 60 * time.Second
	compressedInterval = 6 * time.Second
	idleRounds         = 3
)

// idle measures what 1,000 sources without news cost in one process: each poll
// is one request that an empty page answers.
func (b *bench) idle(ctx context.Context) error {
	v, err := startVendor(ctx, 0)
	if err != nil {
		return err
	}
	defer v.close()
	f := fleet{sources: idleSources, url: v.url, interval: compressedInterval, pageSize: pageEvents}
	p, err := b.startFleet(ctx, b.collectorBin, f)
	if err != nil {
		return err
	}
	defer p.Kill()
	if err := v.all(ctx, idleSources); err != nil {
		return err
	}
	if err := v.wait(ctx, 2*idleSources); err != nil { // the first polls have more to do
		return err
	}
	before, _, err := sample(p.Pid())
	if err != nil {
		return err
	}
	if err := v.wait(ctx, idleRounds*idleSources); err != nil {
		return err
	}
	after, resident, err := sample(p.Pid())
	if err != nil {
		return err
	}
	perPoll := (after - before) / (idleRounds * idleSources)
	share := 100 * perPoll.Seconds() * idleSources / usualInterval.Seconds()
	b.report.add(figure{name: partIdle + ", 1,000 sources", value: megabytes(resident), unit: "MB RSS", must: 300, goal: 200})
	b.report.add(figure{name: partIdle + ", 1,000 sources, a poll each 60 s", value: share, unit: "% of a core", must: 2, goal: 0.5})
	return p.Stop(grace)
}

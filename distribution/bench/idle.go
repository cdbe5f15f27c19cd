// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

const (
	idleSources = 1000
	// usualInterval is what the figures are stated for; the polls whose CPU time is
	// measured are made at compressedInterval.
	usualInterval      = 60 * time.Second
	compressedInterval = 6 * time.Second
	idleRounds         = 3
)

// idle measures what 1,000 sources without news cost in one process: each poll
// is one request that an empty page answers. Memory is read at the usual
// interval, after every source has polled twice; the share of a core, which the
// ticks of the clock are too coarse for, at a compressed one.
func (b *bench) idle(ctx context.Context) error {
	memory, err := b.idleMemory(ctx)
	if err != nil {
		return err
	}
	share, err := b.idleShare(ctx)
	if err != nil {
		return err
	}
	b.report.add(figure{name: partIdle + ", 1,000 sources", value: megabytes(memory), unit: "MB RSS", must: 300, goal: 200})
	b.report.add(figure{name: partIdle + ", 1,000 sources, a poll each 60 s", value: share, unit: "% of a core", must: 2, goal: 0.5})
	return nil
}

// idleMemory is the resident set at the usual interval.
func (b *bench) idleMemory(ctx context.Context) (resident int64, err error) {
	err = b.whileIdle(ctx, usualInterval, func(p *rig.Process, v *vendor) error {
		if err := v.wait(ctx, idleSources); err != nil {
			return err
		}
		_, resident, err = sample(p.Pid())
		return err
	})
	return resident, err
}

// idleShare is the percentage of a core that polls at the usual interval take.
func (b *bench) idleShare(ctx context.Context) (share float64, err error) {
	err = b.whileIdle(ctx, compressedInterval, func(p *rig.Process, v *vendor) error {
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
		after, _, err := sample(p.Pid())
		if err != nil {
			return err
		}
		perPoll := (after - before) / (idleRounds * idleSources)
		share = 100 * perPoll.Seconds() * idleSources / usualInterval.Seconds()
		return nil
	})
	return share, err
}

// whileIdle looks at a process whose sources have all polled once.
func (b *bench) whileIdle(ctx context.Context, interval time.Duration, look func(*rig.Process, *vendor) error) error {
	v, err := startVendor(ctx, 0)
	if err != nil {
		return err
	}
	defer v.close()
	p, err := b.startFleet(ctx, b.collectorBin, fleet{sources: idleSources, url: v.url, interval: interval, pageSize: pageEvents})
	if err != nil {
		return err
	}
	defer p.Kill()
	if err := v.all(ctx, idleSources); err != nil {
		return err
	}
	if err := look(p, v); err != nil {
		return err
	}
	return p.Stop(grace)
}

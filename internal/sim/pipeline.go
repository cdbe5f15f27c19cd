// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"time"

	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// pipeline is the source.Sink of one incarnation. What it accepts goes into the
// world's ledger.
type pipeline struct {
	w    *World
	inc  *incarnation
	rand *stream
}

// Deliver implements source.Sink.
func (p *pipeline) Deliver(ctx context.Context, records []record.Record, _ time.Time) ([]record.Record, error) {
	if err := p.w.boundary(p.inc, deliverBefore); err != nil {
		return nil, err
	}
	part, partly := p.rand.IntN(len(records)+1), p.rand.chance(.5)
	took := p.duration()
	if err := p.inc.pause(ctx, took); err != nil {
		if partly && !p.inc.dead.Load() {
			p.w.accept(p.inc, records[:part], nil) // given up on in the middle
		}
		return nil, err
	}
	if err := p.w.boundary(p.inc, deliverPartial); err != nil {
		p.w.accept(p.inc, records[:part], nil)
		return nil, err
	}
	var poison []record.Record
	for _, r := range records {
		if e := p.w.eventOf(r.Raw); e != nil && e.poison {
			p.w.cover("F38")
			poison = append(poison, r)
		}
	}
	p.w.accept(p.inc, records, poison)
	if err := p.w.boundary(p.inc, deliverAfter); err != nil {
		return nil, err
	}
	return poison, nil
}

// duration is how long the pipeline takes, refusals included.
func (p *pipeline) duration() time.Duration {
	took := p.rand.span(0, 50*time.Millisecond)
	refuse, slow := p.rand.chance(p.w.s.Faults.refuse), p.rand.chance(p.w.s.Faults.slow)
	minutes, seconds := p.rand.span(0, 20*time.Minute), p.rand.span(0, 20*time.Second)
	left := p.w.s.Rough - p.w.now()
	switch {
	case left <= 0:
		return took
	case refuse:
		p.w.cover("F37")
		return min(minutes, left)
	case slow:
		return min(seconds, left)
	default:
		return took
	}
}

// DeliverGap implements source.Sink.
func (p *pipeline) DeliverGap(ctx context.Context, gap source.Gap, _ time.Time) error {
	if err := p.w.boundary(p.inc, gapBefore); err != nil {
		return err
	}
	if err := p.inc.pause(ctx, p.rand.span(0, 50*time.Millisecond)); err != nil {
		return err
	}
	p.w.acceptGap(gap)
	return p.w.boundary(p.inc, gapAfter)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"
)

// maxGaps bounds the gap records that wait for delivery. Beyond it neighbours
// are joined: an interval that is too wide is better than one that is missing.
const maxGaps = 1000

// gap notes an interval that can't be proven complete. It becomes part of the
// state, so that it is stored with the step that leaves the interval behind.
func (s *Source) gap(g Gap) {
	s.observer.Noticed(Notice{Kind: GapFound, Gap: g})
	if n := len(s.state.Gaps); n >= maxGaps {
		last := &s.state.Gaps[n-1]
		if g.From.Before(last.From) {
			last.From = g.From
		}
		if g.To.After(last.To) {
			last.To = g.To
		}
		last.Detail = "several gaps in one"
		return
	}
	s.state.Gaps = append(s.state.Gaps, g)
}

// gapOnce notes a gap in an interval that later walks of the same kind look at
// again. What was reported before for the same reason is left out. Sweeps begin
// further down than the main windows, so they have a row of their own.
func (s *Source) gapOnce(g Gap, sweep bool) {
	row := g.Reason
	if sweep {
		row += ", sweep"
	}
	if until := s.state.Reported[row]; until.After(g.From) {
		g.From = until
	}
	if !g.From.Before(g.To) {
		return
	}
	reported := map[string]time.Time{row: g.To}
	for other, until := range s.state.Reported {
		if other != row {
			reported[other] = until
		}
	}
	s.state.Reported = reported // a new map: a commit under way holds the old one
	s.gap(g)
}

// deliverGaps hands the pending gap records to the pipeline.
func (s *Source) deliverGaps(ctx, hard context.Context) error {
	delivered := false
	for len(s.state.Gaps) > 0 && ctx.Err() == nil {
		if err := s.sink.DeliverGap(hard, s.state.Gaps[0], time.Now().UTC()); err != nil {
			return err
		}
		s.state.Gaps = append([]Gap(nil), s.state.Gaps[1:]...)
		delivered = true
	}
	if !delivered {
		return nil
	}
	return s.submit(hard)
}

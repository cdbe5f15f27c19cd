// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// load reads the checkpoint, for as long as it takes: a storage that can't be
// read, or holds something corrupt, is not a first start (F45, F46). Someone
// may repair it meanwhile, so the source asks again.
func (s *Source) load(ctx context.Context) error {
	next := s.row(ctx, s.commitRandom)
	for {
		loaded, err := s.store.Load(ctx)
		if err == nil {
			notice := Notice{Kind: Loaded, Text: loaded.Note}
			if loaded.State != nil {
				notice.Low = covered(*loaded.State)
			}
			s.observer.Noticed(notice)
			return s.adopt(ctx, loaded)
		}
		if fenced(err) {
			s.observer.Noticed(Notice{Kind: Fenced, Err: err})
			return err
		}
		s.observer.Noticed(Notice{Kind: LoadFailed, Err: err})
		if err := next(); err != nil {
			return err
		}
	}
}

// adopt makes what was loaded the source's state.
func (s *Source) adopt(ctx context.Context, loaded checkpoint.Loaded) error {
	now := time.Now().UTC()
	if loaded.State == nil {
		begin := s.set.resolve(now)
		s.state = checkpoint.State{Low: begin, Begin: begin}
		if !s.set.ByTime {
			s.state.Floor = begin
		}
	} else {
		s.state = *loaded.State
		s.resumed = true
		if w := s.state.Walk; w != nil {
			w.CaughtUp, w.UntilCaughtUp = false, false // it was planned in another life
		}
		s.reconfigure()
		s.clock.recall(s.state.Ahead)
	}
	for _, g := range s.state.Gaps {
		if g.Reason == GapOperator { // the others were told by the run that found them
			s.observer.Noticed(Notice{Kind: GapFound, Gap: g})
		}
	}
	if s.state.LastSweep.IsZero() {
		s.state.LastSweep = now
	}
	s.state.Fingerprint = s.set.Fingerprint
	lost := s.restoreSeen(loaded.Chunks)
	if lost > 0 {
		s.observer.Noticed(Notice{Kind: Loaded, Text: "some of the delivered uids could not be read back: repeats are possible, a loss is not"})
	}
	// The first watermark is stored before the first request, so that a crash
	// before the first event does not move the start (F57).
	return s.saveNow(ctx)
}

// saveNow stores the state before the committer runs.
func (s *Source) saveNow(ctx context.Context) error {
	c := newCommitter(s.store, s.observer, 1, func() func() error { return s.row(ctx, s.commitRandom) })
	first, err := s.commit()
	if err != nil {
		return err
	}
	return c.save(ctx, first)
}

// reconfigure drops what a change of the configuration has made meaningless: a
// cursor belongs to the request that it came from. The watermark is kept, so
// that a change never skips anything (F49).
func (s *Source) reconfigure() {
	was, is := s.state.Fingerprint, s.set.Fingerprint
	if was == is || was == (checkpoint.Fingerprint{}) {
		return
	}
	s.state.Position, s.state.Cursor, s.state.PageSize = paging.Position{}, "", 0
	s.state.Walk, s.state.Sweep = nil, nil
	text := "the request was changed: the saved cursor is void, going on from the low watermark"
	if was.Account != is.Account {
		s.state.Ahead = nil
		text = "another account or endpoint is polled: the saved cursor is void, going on from the earlier of the low watermark and `start_at`; if it is the same log, what is older than the remembered uids is repeated"
		if begin := s.set.resolve(time.Now().UTC()); s.state.Low.IsZero() || begin.Before(s.state.Low) {
			s.state.Low = begin
		}
		if s.state.Low.Before(s.state.Begin) {
			s.state.Begin = s.state.Low
		}
	}
	s.fallBack()
	s.observer.Noticed(Notice{Kind: CursorExpired, Text: text})
}

// fallBack makes a stream without its cursor go on from time. Where the vendor
// can't be asked by time, everything is read again, and what is older than the
// overlap is known to be delivered.
func (s *Source) fallBack() {
	s.state.Position, s.state.Cursor, s.state.PageSize = paging.Position{}, "", 0
	if !s.set.stream() {
		return
	}
	s.state.CursorLost = true
	base := s.state.Low
	if high := s.state.LastTimestamp; high.Before(base) {
		base = high
	}
	if floor := base.Add(-s.set.Window.Overlap); !s.set.ByTime && !base.IsZero() && floor.After(s.state.Floor) {
		s.state.Floor = floor
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"fmt"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// worthSaving is for how long a walk over known pages may go on unsaved.
const worthSaving = 30 * time.Second

// deliver takes one page through the rest of its way: dedupe, pipeline, state
// in memory, submitted state. The order is the delivery promise.
func (s *Source) deliver(hard context.Context, w *checkpoint.Walk, f fetched, sweep bool) error {
	defer f.result.Done()
	// CP1: up to here nothing of the page has left the source.
	r := f.result
	fresh := s.seen.fresh(r.Records, s.state.WalkNo)
	duplicates := len(r.Records) - len(fresh)
	var quarantined []record.Record
	if len(fresh) > 0 {
		var err error
		// CP2: a crash in here leaves part of the page in the pipeline.
		if quarantined, err = s.sink.Deliver(hard, fresh, time.Now().UTC()); err != nil {
			return err
		}
	}
	// CP3: accepted, and nobody but the pipeline knows yet.
	s.seen.add(fresh, s.state.WalkNo)
	s.seen.remember(r.Old, s.state.Begin, s.state.WalkNo)
	for i := range quarantined {
		q := &quarantined[i]
		s.gap(Gap{From: q.Time, To: q.Time, Reason: GapQuarantined, UID: q.UID, Detail: "the pipeline refuses this record for good"})
	}
	if lost := s.seen.lost(r.Lost, s.state.WalkNo); lost > 0 {
		s.gap(Gap{From: w.From, To: w.To, Reason: GapDetail, Detail: fmt.Sprintf("%d listed items could not be found any more", lost)})
	}
	s.advance(w, f, len(fresh), sweep)
	s.observer.Delivered(s.balance(f, fresh, duplicates, len(quarantined), sweep))
	if len(quarantined) == 0 && len(r.Lost) == 0 && (f.end.why == endDrained && !sweep || s.idle(len(fresh))) {
		return nil // the walk's conclusion submits the state
	}
	return s.submitWith(hard, quarantined)
}

// idle tells whether a page has left nothing that is worth a commit of its own:
// all of it was known, as in an overlap that is looked at again. A crash reads
// such pages once more.
func (s *Source) idle(fresh int) bool {
	return fresh == 0 && !s.set.stream() && time.Since(s.saved) < worthSaving
}

// moved tells whether the position is another than the one that was submitted.
func (s *Source) moved() bool { return s.state.Position != s.submitted }

// advance moves the walk past its page.
func (s *Source) advance(w *checkpoint.Walk, f fetched, fresh int, sweep bool) {
	r := f.result
	s.learnClock(f)
	s.lastAsked = f.asked.UTC()
	if w.Asked.IsZero() || s.resumed {
		s.resumed = false
		s.checkRetention()
	}
	if w.Asked.IsZero() {
		w.Asked = s.lastAsked
	}
	w.Pages++
	if w.Empty++; r.Fetched > 0 {
		w.Empty = 0
	}
	w.Records += r.Rows
	w.New += fresh
	if r.Newest.After(w.Newest) {
		w.Newest = r.Newest
	}
	w.Position, w.PageSize = r.Next.Position, f.size
	s.state.NotBefore = r.NotBefore
	if sweep {
		return
	}
	s.newRecords += fresh
	if s.set.stream() {
		// A stream's position holds at every page, not only at its end.
		s.state.Position, s.state.Cursor, s.state.PageSize = w.Position, w.Position.Token(), w.PageSize
		s.state.CursorLost = s.state.CursorLost && w.Position.First()
		s.raiseHigh(r.Newest)
	}
}

func (s *Source) balance(f fetched, fresh []record.Record, duplicates, quarantined int, sweep bool) Delivery {
	d := Delivery{
		Fetched: f.result.Fetched, Filtered: f.result.Filtered, Duplicate: duplicates,
		Quarantined: quarantined, Emitted: len(fresh) - quarantined, Sweep: sweep,
	}
	for i := range fresh {
		t := fresh[i].Time
		if t.IsZero() {
			continue
		}
		if d.Oldest.IsZero() || t.Before(d.Oldest) {
			d.Oldest = t
		}
		if t.After(d.Newest) {
			d.Newest = t
		}
	}
	return d
}

// submitWith submits the state together with quarantined records.
func (s *Source) submitWith(hard context.Context, quarantined []record.Record) error {
	c, err := s.commit()
	if err != nil {
		return err
	}
	for i := range quarantined {
		if c.Quarantine == nil {
			c.Quarantine = map[string]string{}
		}
		c.Quarantine[quarantined[i].UID] = quarantined[i].Raw
	}
	s.saved = time.Now()
	if err := s.commits.submit(hard, c); err != nil || s.set.MaxUncommitted > 0 {
		return err
	}
	return s.flush(hard)
}

// commit is a copy of the state that the persisting stage may keep.
func (s *Source) commit() (checkpoint.Commit, error) {
	s.submitted, s.submittedLow, s.submittedHigh = s.state.Position, s.covered(), s.state.LastTimestamp
	s.state.Generation++
	s.state.UpdatedAt = time.Now().UTC()
	chunks, err := s.rememberSeen()
	if err != nil {
		return checkpoint.Commit{}, err
	}
	st := s.state
	if st.Walk != nil {
		w := *st.Walk
		st.Walk = &w
	}
	if st.Sweep != nil {
		sw := *st.Sweep
		st.Sweep = &sw
	}
	st.Gaps = append([]Gap(nil), st.Gaps...)
	return checkpoint.Commit{State: st, Chunks: chunks}, nil
}

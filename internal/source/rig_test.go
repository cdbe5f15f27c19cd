// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/window"
)

// rig is a source with ports that a test scripts.
type rig struct {
	mu sync.Mutex
	// fetch answers requests; asks are those made so far.
	fetch func(fetch.Ask) (fetch.Result, error)
	asks  []fetch.Ask
	// refuse makes deliveries fail until the context ends.
	deliveryTime time.Duration
	delivered    []string
	gaps         []Gap
	// poison are uids that the pipeline refuses for good.
	poison map[string]bool
	// stored is the newest commit; saveErr and loadErr make the store fail.
	stored           []checkpoint.Commit
	saveErr, loadErr func() error
	saveTime         time.Duration
	notices          []Notice
	balance          Delivery
	attempts         []Attempt
}

func (r *rig) Fetch(ctx context.Context, ask fetch.Ask) (fetch.Result, error) {
	r.mu.Lock()
	r.asks = append(r.asks, ask)
	r.mu.Unlock()
	res, err := r.fetch(ask)
	if ctx.Err() != nil {
		return fetch.Result{}, ctx.Err()
	}
	return res, err
}

func (r *rig) Deliver(ctx context.Context, records []record.Record, _ time.Time) (bad []record.Record, err error) {
	if !wait(ctx, r.deliveryTime) {
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range records {
		if r.poison[rec.UID] {
			bad = append(bad, rec)
			continue
		}
		r.delivered = append(r.delivered, rec.UID)
	}
	return bad, nil
}

func (r *rig) DeliverGap(_ context.Context, g Gap, _ time.Time) error {
	r.gaps = append(r.gaps, g)
	return nil
}

func (r *rig) Load(context.Context) (checkpoint.Loaded, error) {
	if r.loadErr != nil {
		if err := r.loadErr(); err != nil {
			return checkpoint.Loaded{}, err
		}
	}
	loaded := checkpoint.Loaded{Chunks: map[uint64][]byte{}}
	for i := range r.stored {
		loaded.State = &r.stored[i].State
		for id, data := range r.stored[i].Chunks {
			loaded.Chunks[id] = data
		}
	}
	return loaded, nil
}

func (r *rig) Save(ctx context.Context, c checkpoint.Commit) error {
	if r.saveErr != nil {
		if err := r.saveErr(); err != nil {
			return err
		}
	}
	if !wait(ctx, r.saveTime) {
		return ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stored = append(r.stored, c)
	return nil
}

func (r *rig) Attempted(a Attempt) { r.mu.Lock(); r.attempts = append(r.attempts, a); r.mu.Unlock() }

func (r *rig) Noticed(n Notice) { r.mu.Lock(); r.notices = append(r.notices, n); r.mu.Unlock() }

func (r *rig) Delivered(d Delivery) {
	r.balance.Fetched += d.Fetched
	r.balance.Emitted += d.Emitted
	r.balance.Duplicate += d.Duplicate
	r.balance.Filtered += d.Filtered
	r.balance.Quarantined += d.Quarantined
}

func (r *rig) noticed(k Kind) int {
	n := 0
	for _, notice := range r.notices {
		if notice.Kind == k {
			n++
		}
	}
	return n
}

func (r *rig) last() checkpoint.State { return r.stored[len(r.stored)-1].State }

// run lets the source run for d and shuts it down.
func (r *rig) run(t *testing.T, set Settings, d time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	hard, stop := context.WithCancel(context.Background())
	defer stop()
	defer time.AfterFunc(d+25*time.Second, stop).Stop() // as the receiver does
	err := New(set, r, r, r, r).Run(ctx, hard)
	synctest.Wait()
	return err
}

// defaults are the settings of the configuration's defaults.
func defaults() Settings {
	return Settings{
		Interval: time.Minute, MaxPages: 1000, MaxEmpty: 50, MaxUncommitted: 4, MaxUIDs: 1e6, Verify: true, ByTime: true,
		Start:  Start{Back: time.Hour},
		Window: window.Settings{Overlap: 5 * time.Minute, Granule: time.Second, Floor: func(t time.Time) time.Time { return t.Truncate(time.Second) }},
		Paging: paging.Settings{Type: paging.Cursor},
		Retry:  Backoff{Initial: time.Second, Max: time.Minute, Multiplier: 2},
	}
}

// event makes a record with a uid and a time.
func event(uid string, at time.Time) record.Record {
	return record.Record{UID: uid, Raw: `{"id":"` + uid + `"}`, Time: at}
}

// pageOf makes a result of records.
func pageOf(next paging.Next, records ...record.Record) fetch.Result {
	res := fetch.Result{Records: records, Fetched: len(records), Rows: len(records), Next: next, Date: time.Now().UTC().Truncate(time.Second)}
	for _, r := range records {
		if r.Time.After(res.Newest) {
			res.Newest = r.Time
		}
		if res.Oldest.IsZero() || r.Time.Before(res.Oldest) {
			res.Oldest = r.Time
		}
	}
	return res
}

func at(cursor string) paging.Next { return paging.Next{Position: paging.Position{Cursor: cursor}} }

func end(cursor string) paging.Next {
	return paging.Next{End: true, Position: paging.Position{Cursor: cursor}}
}

// pages serves the pages p0, p1 ... of n records each, then nothing new.
func pages(start time.Time, count, n int) func(fetch.Ask) (fetch.Result, error) {
	return func(ask fetch.Ask) (fetch.Result, error) {
		i := 0
		if c := ask.Position.Cursor; c != "" {
			if _, err := fmt.Sscanf(c, "p%d", &i); err != nil {
				return fetch.Result{}, errors.New("bad cursor")
			}
		}
		if i >= count {
			return pageOf(end(fmt.Sprintf("p%d", i))), nil
		}
		var records []record.Record
		for k := range n {
			records = append(records, event(fmt.Sprintf("e%d", i*n+k), start.Add(time.Duration(i*n+k)*time.Second)))
		}
		return pageOf(at(fmt.Sprintf("p%d", i+1)), records...), nil
	}
}

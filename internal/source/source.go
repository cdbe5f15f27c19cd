// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// Source polls one vendor log. Make it with New, then call Run once.
type Source struct {
	set      Settings
	fetcher  Fetcher
	sink     Sink
	store    Store
	observer Observer

	pace pace

	// What follows belongs to the goroutine of Run.

	state   checkpoint.State
	seen    *memory
	commits *committer
	// clock is what is known of the vendor's.
	clock clock
	// lastAsked is our clock at the last request that brought a page.
	lastAsked time.Time
	// saved is when a state without new records was last worth a commit.
	saved time.Time
	// submitted, submittedLow and submittedHigh are the position, the covered time
	// and the newest event time that were last handed over to be stored.
	submitted                   paging.Position
	submittedLow, submittedHigh time.Time
	// resumed says that the walk in the state comes from before this run.
	resumed bool
	// expiries counts the lost cursors of the poll under way.
	expiries int
	// newRecords counts what the poll under way has delivered.
	newRecords int

	// fetchRandom and commitRandom are the jitter of the two other goroutines.
	fetchRandom, commitRandom *rand.Rand
}

// New makes a source from its settings and ports.
func New(set Settings, fetcher Fetcher, sink Sink, store Store, observer Observer) *Source {
	s := &Source{set: set, fetcher: fetcher, sink: sink, store: store, observer: observer}
	if set.Random != nil {
		s.fetchRandom = rand.New(rand.NewPCG(set.Random.Uint64(), 1))
		s.commitRandom = rand.New(rand.NewPCG(set.Random.Uint64(), 2))
	}
	return s
}

// Run polls until ctx ends or another instance takes over. When ctx ends, no
// more requests are made, the page in flight is still delivered and persisted,
// and Run returns nil; when hard ends, it gives that up too. hard must not end
// before ctx, and carries no deadline: an exporter gives up early under one.
func (s *Source) Run(ctx, hard context.Context) error {
	if err := s.load(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	commitCtx, stop := context.WithCancel(hard)
	s.commits = newCommitter(s.store, s.observer, s.set.MaxUncommitted, func() func() error {
		return s.row(commitCtx, s.commitRandom)
	})
	go s.commits.run(commitCtx)
	defer func() {
		stop()
		<-s.commits.done
	}()
	ctx, superseded := s.whileCommitting(ctx)
	defer superseded()
	if !wait(ctx, time.Until(s.state.NotBefore)) {
		return s.ended(ctx, nil)
	}
	for {
		started := time.Now()
		behind, err := s.poll(ctx, hard)
		if err != nil || ctx.Err() != nil {
			return s.ended(ctx, err)
		}
		if !behind && !wait(ctx, time.Until(started.Add(s.set.Interval))) {
			return s.ended(ctx, nil)
		}
	}
}

// whileCommitting is a context that also ends when the committer does: an
// instance that was superseded asks for nothing and delivers nothing more (F50).
func (s *Source) whileCommitting(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-s.commits.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// ended turns the end that was asked for into nil.
func (s *Source) ended(ctx context.Context, err error) error {
	select {
	case <-s.commits.done:
		if errors.Is(s.commits.err, errFenced) {
			return s.commits.err
		}
	default:
	}
	if ctx.Err() != nil {
		err = nil
	}
	return err
}

// row is a row of waits that ends with ctx.
func (s *Source) row(ctx context.Context, random *rand.Rand) func() error {
	next := s.set.Retry.start(random)
	return func() error {
		if !wait(ctx, next()) {
			return ctx.Err()
		}
		return nil
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"maps"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// committer persists commits behind the delivery, in order. Commits that arrive
// while one is being stored go together into the next one.
//
//	submit -> [ pending, at most max pages ] -> Save, again and again until nil
type committer struct {
	store    Store
	observer Observer
	backoff  func() func() error // makes a row of waits; an error ends the row
	max      int

	submissions chan checkpoint.Commit
	flushes     chan chan struct{}
	done        chan struct{}
	// err is why the committer ended; it may be read when done is closed.
	err error
}

var errFenced = errors.New("another instance has taken this source over")

// fenced tells whether err says that another instance has taken over. The store
// is behind an interface of the Collector, so only the method tells.
func fenced(err error) bool {
	var f interface{ Fenced() bool }
	return errors.As(err, &f) && f.Fenced()
}

func newCommitter(store Store, observer Observer, limit int, backoff func() func() error) *committer {
	return &committer{
		store: store, observer: observer, backoff: backoff, max: max(limit, 1),
		submissions: make(chan checkpoint.Commit), flushes: make(chan chan struct{}), done: make(chan struct{}),
	}
}

// submit hands a commit over. It blocks while max commits are not durable yet
// (F44), and fails when the committer has ended or ctx ends.
func (c *committer) submit(ctx context.Context, commit checkpoint.Commit) error {
	select {
	case c.submissions <- commit:
		return nil
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// flush returns nil when everything submitted before is durable.
func (c *committer) flush(ctx context.Context) error {
	flushed := make(chan struct{})
	select {
	case c.flushes <- flushed:
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-flushed:
		return nil
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run persists what is submitted until ctx ends or another instance takes over.
func (c *committer) run(ctx context.Context) {
	defer close(c.done)
	var pending checkpoint.Commit
	pages := 0
	var waiting []chan struct{}
	saved := make(chan error, 1)
	saving := 0 // pages in the commit that is being saved; 0 = none is
	for {
		if saving == 0 && pages > 0 {
			saving = pages
			go func(commit checkpoint.Commit) { saved <- c.save(ctx, commit) }(pending)
			pending, pages = checkpoint.Commit{}, 0
		}
		if saving == 0 {
			for _, flushed := range waiting {
				close(flushed)
			}
			waiting = nil
		}
		submissions := c.submissions
		if saving+pages >= c.max {
			submissions = nil
		}
		select {
		case <-ctx.Done():
			c.err = ctx.Err()
			if saving > 0 {
				// The storage must not be closed under a Save. Its error is the context's.
				c.err = errors.Join(c.err, <-saved)
			}
			return
		case commit := <-submissions:
			pending = merge(pending, commit)
			pages++
		case flushed := <-c.flushes:
			waiting = append(waiting, flushed)
		case err := <-saved:
			if err != nil {
				c.err = err
				return
			}
			c.observer.Noticed(Notice{Kind: Committed, Pages: saving})
			saving = 0
		}
	}
}

// save stores one commit, however often it takes.
func (c *committer) save(ctx context.Context, commit checkpoint.Commit) error {
	next := c.backoff()
	for {
		// CP4: before this call nothing of the commit is durable.
		err := c.store.Save(ctx, commit)
		// CP5: after it the commit is durable, whether we hear of it or not.
		if err == nil {
			return nil
		}
		if fenced(err) {
			c.observer.Noticed(Notice{Kind: Fenced, Err: err})
			return errors.Join(errFenced, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.observer.Noticed(Notice{Kind: CommitFailed, Err: err})
		if err := next(); err != nil {
			return err
		}
	}
}

// merge makes one commit of two: the later state, and everything that either
// stores or lets go.
func merge(older, newer checkpoint.Commit) checkpoint.Commit {
	if older.Chunks != nil {
		maps.Copy(older.Chunks, newer.Chunks)
		newer.Chunks = older.Chunks
	}
	if older.Quarantine != nil {
		maps.Copy(older.Quarantine, newer.Quarantine)
		newer.Quarantine = older.Quarantine
	}
	if garbage := older.State.Seen.Garbage; len(garbage) > 0 {
		newer.State.Seen.Garbage = append(garbage, newer.State.Seen.Garbage...)
	}
	return newer
}

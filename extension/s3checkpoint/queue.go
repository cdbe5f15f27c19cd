// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// batch is one call that waits for its turn.
type batch struct {
	ops       []operation
	reads     []read
	done      chan error
	abandoned bool // its caller is gone; guarded by client.mu
}

// operation is a private copy: the caller may change its own after it gave up.
type operation struct {
	kind   storage.OpType
	key    string
	value  []byte
	target *storage.Operation // of a Get: where the caller wants the result
}

// read is what a Get saw in its place of the batch.
type read struct {
	target *storage.Operation
	value  document.Value
	found  bool
}

func newBatch(ops []*storage.Operation) (*batch, error) {
	b := &batch{ops: make([]operation, 0, len(ops)), done: make(chan error, 1)}
	for _, op := range ops {
		if op == nil {
			return nil, errors.New("an operation is nil")
		}
		o := operation{kind: op.Type, key: op.Key}
		switch op.Type {
		case storage.Get:
			o.target = op
		case storage.Set:
			if len(op.Value) > maxValue {
				return nil, fmt.Errorf("%w: a value of %d bytes; the limit is %d", storage.ErrStorageFull, len(op.Value), maxValue)
			}
			o.value = bytes.Clone(op.Value)
		case storage.Delete:
		default:
			return nil, fmt.Errorf("operation type %d is unknown", op.Type)
		}
		b.ops = append(b.ops, o)
	}
	return b, nil
}

func (b *batch) readOnly() bool {
	return !slices.ContainsFunc(b.ops, func(o operation) bool { return o.kind != storage.Get })
}

// apply plays the batch on data and remembers what its Gets saw. It tells
// whether data is another now. It may be repeated on other data.
func (b *batch) apply(data map[string]document.Value) (changed bool) {
	b.reads = b.reads[:0]
	for _, o := range b.ops {
		old, found := data[o.key]
		switch o.kind {
		case storage.Get:
			b.reads = append(b.reads, read{target: o.target, value: old, found: found})
		case storage.Set:
			if !found || !same(old, o.value) {
				data[o.key], changed = document.Value{Bytes: o.value}, true
			}
		case storage.Delete:
			if found {
				delete(data, o.key)
				changed = true
			}
		}
	}
	return changed
}

// submit queues a batch and returns when it is durable or has failed. Batches
// that wait while a write is under way go into the next write together.
func (c *client) submit(ctx context.Context, b *batch) error {
	c.mu.Lock()
	if err := c.usable(); err != nil {
		c.mu.Unlock()
		return err
	}
	c.queue = append(c.queue, b)
	c.mu.Unlock()
	for {
		select {
		case err := <-b.done:
			return err
		case c.turn <- struct{}{}:
			c.lead(ctx, b)
			c.give()
		case <-ctx.Done():
			return c.abandon(b, ctx.Err())
		}
	}
}

// lead commits everything that is queued. The turn is held. When ctx ends on
// the way, only mine fails; the others wait for the next leader.
func (c *client) lead(ctx context.Context, mine *batch) {
	c.mu.Lock()
	batches := c.queue
	c.queue = nil
	c.mu.Unlock()
	if len(batches) == 0 {
		return
	}
	err := c.commit(ctx, batches)
	if errors.Is(err, storage.ErrStorageFull) && len(batches) > 1 {
		for _, b := range batches { // one that is too large must not fail the rest
			b.done <- c.commit(ctx, []*batch{b})
		}
		return
	}
	if err != nil && ctx.Err() != nil {
		batches = c.requeue(batches, mine)
	}
	for _, b := range batches {
		b.done <- err
	}
}

// requeue puts all but mine, and those whose caller is gone, back in front.
func (c *client) requeue(batches []*batch, mine *batch) (rest []*batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var again []*batch
	for _, b := range batches {
		if b == mine || b.abandoned {
			rest = append(rest, b)
		} else {
			again = append(again, b)
		}
	}
	c.queue = append(again, c.queue...)
	return rest
}

// abandon takes a batch out of the queue. If it is being written already, it
// may take effect.
func (c *client) abandon(b *batch, cause error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case err := <-b.done:
		return err
	default:
	}
	b.abandoned = true
	c.queue = slices.DeleteFunc(c.queue, func(q *batch) bool { return q == b })
	return fmt.Errorf("gave up waiting for the write: %w", cause)
}

// commit makes batches durable in one write. The turn is held.
func (c *client) commit(ctx context.Context, batches []*batch) error {
	c.mu.Lock()
	err, lapsed := c.usable(), c.lapsed()
	c.mu.Unlock()
	if err == nil && c.held == nil {
		err = c.acquire(ctx)
	}
	if err != nil {
		return err
	}
	for {
		next, changed := maps.Clone(c.held.doc.Data), false
		for _, b := range batches {
			changed = b.apply(next) || changed
		}
		if !changed && !c.held.unsure && !lapsed {
			c.confirm()
			return nil
		}
		if err := c.spill(ctx, next); err != nil {
			return err
		}
		err := c.write(ctx, next, c.mark())
		if errors.Is(err, errRebase) {
			continue
		}
		if err != nil && lapsed && !isFinal(err) {
			return fmt.Errorf("%w: %w", ErrLeaseLapsed, err)
		}
		return err
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"time"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// disk is what survives a kill: the bytes of the storage.
type disk struct {
	data map[string][]byte
	// good is the content before it was damaged, for the repair.
	good map[string][]byte
}

func newDisk() *disk { return &disk{data: map[string][]byte{}} }

// damage breaks the newest slot in one of the usual ways, or both slots.
func (d *disk) damage(r *stream) (both bool) {
	d.good = maps.Clone(d.data)
	d.data[checkpoint.KeyState] = broken(r, d.data[checkpoint.KeyState])
	if d.data[checkpoint.KeyPrev] != nil && r.chance(.8) {
		return false
	}
	if d.data[checkpoint.KeyPrev] != nil {
		d.data[checkpoint.KeyPrev] = broken(r, d.data[checkpoint.KeyPrev])
	}
	return true
}

// repair is what an operator does.
func (d *disk) repair() { d.data = maps.Clone(d.good) }

func broken(r *stream, data []byte) []byte {
	out := bytes.Clone(data)
	if len(out) == 0 {
		return out // broken before, and nobody has written since
	}
	switch r.IntN(3) {
	case 0:
		return out[:r.IntN(len(out))]
	case 1:
		clear(out)
		return out
	default:
		out[r.IntN(len(out))] ^= byte(1 << r.IntN(8))
		return out
	}
}

// client is the storage of one incarnation.
type client struct {
	w    *World
	inc  *incarnation
	rand *stream
	// down is until when every call fails.
	down time.Duration
}

var errStorage = errors.New("storage is not well")

// fencedError is what a storage says to an instance that was superseded.
type fencedError struct{}

func (fencedError) Error() string { return "another instance holds this storage" }

// Fenced marks the error for internal/source.
func (fencedError) Fenced() bool { return true }

// batch is the one call that all others are made of.
func (c *client) batch(ctx context.Context, ops ...*storage.Operation) error {
	if !writes(ops) {
		return c.read(ctx, ops)
	}
	if err := c.w.boundary(c.inc, saveBoundary(ops)); err != nil {
		return err
	}
	fail, how := c.rand.chance(c.w.s.Faults.save), c.rand.Float64()
	part, length := c.rand.IntN(len(ops)), c.rand.span(0, 15*time.Minute)
	took := c.rand.span(0, 20*time.Millisecond)
	rough := c.w.now() < c.w.s.Rough
	if rough && fail && how > .9 {
		took = length // slow
	}
	if err := c.inc.pause(ctx, took); err != nil {
		return err
	}
	c.w.supersede(c.inc, c.rand)
	if c.w.superseded(c.inc) {
		return fencedError{}
	}
	if c.w.now() < min(c.down, c.w.s.Rough) {
		return errStorage
	}
	if err := c.w.boundary(c.inc, saveTorn); err != nil {
		c.apply(ops[:part])
		return err
	}
	if rough && fail {
		return c.failing(how, ops, part, length)
	}
	c.apply(ops)
	return c.w.boundary(c.inc, saveAfter)
}

// failing writes nothing, a part or all, and says that it failed.
func (c *client) failing(how float64, ops []*storage.Operation, part int, length time.Duration) error {
	c.w.cover("F44")
	switch {
	case how < .3:
	case how < .5:
		c.apply(ops[:part])
	case how < .8:
		c.apply(ops)
	default:
		c.down = c.w.now() + length
	}
	return errStorage
}

func (c *client) read(ctx context.Context, ops []*storage.Operation) error {
	if err := c.w.boundary(c.inc, loadBefore); err != nil {
		return err
	}
	fail, wrong := c.rand.chance(c.w.s.Faults.load), c.rand.span(0, 10*time.Millisecond)
	if err := c.inc.pause(ctx, wrong); err != nil {
		return err
	}
	if fail && c.w.now() < c.w.s.Rough {
		c.w.cover("F45")
		return errStorage
	}
	c.w.mu.Lock()
	for _, op := range ops {
		op.Value = bytes.Clone(c.w.disk.data[op.Key])
	}
	c.w.mu.Unlock()
	return c.w.boundary(c.inc, loadAfter)
}

func writes(ops []*storage.Operation) bool {
	for _, op := range ops {
		if op.Type != storage.Get {
			return true
		}
	}
	return false
}

func (c *client) apply(ops []*storage.Operation) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	for _, op := range ops {
		switch op.Type {
		case storage.Set:
			c.w.judgeBytes(op.Value)
			c.w.disk.data[op.Key] = bytes.Clone(op.Value)
			if op.Key == checkpoint.KeyState {
				c.w.noteState(op.Value)
			}
		case storage.Delete:
			delete(c.w.disk.data, op.Key)
		default:
		}
	}
}

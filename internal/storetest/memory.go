// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// Memory is a store in memory that keeps every rule of the suite, faults and
// takeovers included. Tests use it as the reference.
type Memory struct {
	mu    sync.Mutex
	data  map[string][]byte
	epoch int
	fault Fault
}

// NewMemory gives an empty store.
func NewMemory() *Memory { return &Memory{data: map[string][]byte{}} }

// Store gives the memory as a store under test.
func (m *Memory) Store() Store {
	open := func(context.Context) (storage.Client, error) { return &memoryClient{store: m}, nil }
	return Store{Open: open, Rival: open, Arm: m.Arm}
}

// Arm makes the next write fail; Outage makes all calls fail.
func (m *Memory) Arm(f Fault) (heal func()) {
	m.setFault(f)
	return func() { m.setFault(0) }
}

func (m *Memory) setFault(f Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = f
}

var (
	errFault  = errors.New("the simulated write failed")
	errClosed = errors.New("the client is closed")
)

// memoryClient takes over at its first call.
type memoryClient struct {
	store  *Memory
	epoch  int // 0 = not yet
	closed bool
}

// fencedError is the error of a client that was taken over from.
type fencedError struct{}

func (fencedError) Error() string { return "another client took over" }
func (fencedError) Fenced() bool  { return true }

func (c *memoryClient) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

func (c *memoryClient) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

func (c *memoryClient) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

func (c *memoryClient) Close(context.Context) error {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	c.closed = true
	return nil
}

// Batch plays all operations on a copy and swaps it in.
func (c *memoryClient) Batch(_ context.Context, ops ...*storage.Operation) error {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if err := c.enter(); err != nil {
		return err
	}
	return c.play(ops)
}

// enter checks that the client may be used. The store is locked.
func (c *memoryClient) enter() error {
	m := c.store
	switch {
	case c.closed:
		return errClosed
	case m.fault == Outage:
		return errFault
	case c.epoch == 0:
		m.epoch++
		c.epoch = m.epoch
	case c.epoch != m.epoch:
		return fencedError{}
	}
	return nil
}

func (c *memoryClient) play(ops []*storage.Operation) error {
	next, writes := maps.Clone(c.store.data), false
	results := make([][]byte, len(ops))
	for i, op := range ops {
		switch op.Type {
		case storage.Get:
			results[i] = bytes.Clone(next[op.Key])
			continue
		case storage.Set:
			next[op.Key] = append([]byte{}, op.Value...)
		case storage.Delete:
			delete(next, op.Key)
		default:
			return errors.New("wrong operation type")
		}
		writes = true
	}
	if writes {
		fault := c.store.fault
		c.store.fault = 0
		if fault == Refused || fault == Torn { // a swap can't be torn
			return errFault
		}
		c.store.data = next
		if fault == Lost {
			return errFault
		}
	}
	for i, op := range ops {
		if op.Type == storage.Get {
			op.Value = results[i]
		}
	}
	return nil
}

// Walk implements storage.Walker.
func (c *memoryClient) Walk(_ context.Context, fn storage.WalkFunc) error {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if err := c.enter(); err != nil {
		return err
	}
	var ops []*storage.Operation
	for _, key := range slices.Sorted(maps.Keys(c.store.data)) {
		more, err := fn(key, bytes.Clone(c.store.data[key]))
		if err != nil && !errors.Is(err, storage.SkipAll) {
			return err
		}
		ops = append(ops, more...)
		if err != nil {
			break
		}
	}
	return c.play(ops)
}

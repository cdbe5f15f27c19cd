// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheReferenceConforms(t *testing.T) {
	Run(t, func(testing.TB) Store { return NewMemory().Store() })
}

// trial is a testing.TB that notes a failure instead of failing.
type trial struct {
	testing.TB
	failed   bool
	cleanups []func()
}

func (p *trial) Errorf(string, ...any)    { p.failed = true }
func (p *trial) FailNow()                 { p.failed = true; runtime.Goexit() }
func (p *trial) Skip(...any)              { runtime.Goexit() }
func (p *trial) Cleanup(f func())         { p.cleanups = append(p.cleanups, f) }
func (p *trial) Context() context.Context { return context.Background() }
func (p *trial) Fatalf(string, ...any)    { p.FailNow() }

// caught gives the behaviours that fail on a store.
func caught(t *testing.T, newStore func() Store) []string {
	var names []string
	for _, b := range behaviours() {
		s := newStore()
		if b.needs != nil && !b.needs(s) {
			continue
		}
		p := &trial{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.check(p, s)
		}()
		<-done
		for _, f := range p.cleanups {
			f()
		}
		if p.failed {
			names = append(names, b.name)
		}
	}
	return names
}

// faulty is the reference with one planted bug.
type faulty struct {
	*memoryClient
	batch func(ctx context.Context, next func(...*storage.Operation) error, ops []*storage.Operation) error
}

func (c *faulty) Batch(ctx context.Context, ops ...*storage.Operation) error {
	return c.batch(ctx, func(ops ...*storage.Operation) error { return c.memoryClient.Batch(ctx, ops...) }, ops)
}

func (c *faulty) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

func (c *faulty) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

func (c *faulty) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

type playFunc = func(...*storage.Operation) error

// The suite is worth what it catches.
func TestPlantedBugsAreCaught(t *testing.T) {
	for name, batch := range map[string]func(ctx context.Context, next playFunc, ops []*storage.Operation) error{
		"a batch that is not atomic": func(_ context.Context, next playFunc, ops []*storage.Operation) error {
			for _, op := range ops {
				if err := next(op); err != nil {
					return err
				}
			}
			return nil
		},
		"reads that run after the writes": func(_ context.Context, next playFunc, ops []*storage.Operation) error {
			var writes, reads []*storage.Operation
			for _, op := range ops {
				if op.Type == storage.Get {
					reads = append(reads, op)
				} else {
					writes = append(writes, op)
				}
			}
			return next(append(writes, reads...)...)
		},
		"a failed write that is reported as done": func(_ context.Context, next playFunc, ops []*storage.Operation) error {
			_ = next(ops...)
			return nil
		},
		"a value that lost its last byte": func(_ context.Context, next playFunc, ops []*storage.Operation) error {
			for i, op := range ops {
				if op.Type == storage.Set && len(op.Value) > 4<<10 {
					ops[i] = storage.SetOperation(op.Key, op.Value[:len(op.Value)-1])
				}
			}
			return next(ops...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.NotEmpty(t, caught(t, func() Store {
				m := NewMemory()
				s := m.Store()
				s.Open = func(context.Context) (storage.Client, error) {
					return &faulty{memoryClient: &memoryClient{store: m}, batch: batch}, nil
				}
				return s
			}))
		})
	}
}

func TestStoresThatBreakARuleOfTheirLifeAreCaught(t *testing.T) {
	assert.Empty(t, caught(t, func() Store { return NewMemory().Store() }))

	forgetful := caught(t, func() Store {
		return Store{Open: func(context.Context) (storage.Client, error) { return &memoryClient{store: NewMemory()}, nil }}
	})
	assert.Contains(t, forgetful, "a new client sees what the closed one stored")

	nop := caught(t, func() Store {
		return Store{Open: func(context.Context) (storage.Client, error) { return storage.NewNopClient(), nil }}
	})
	assert.Contains(t, nop, "every value comes back byte for byte")

	unfenced := caught(t, func() Store {
		s := NewMemory()
		open := func(context.Context) (storage.Client, error) {
			return &faulty{memoryClient: &memoryClient{store: s}, batch: func(ctx context.Context, _ playFunc, ops []*storage.Operation) error {
				return (&memoryClient{store: s}).Batch(ctx, ops...)
			}}, nil
		}
		return Store{Open: open, Rival: open}
	})
	assert.Contains(t, unfenced, "who was taken over from can't write, and says so")
}

func TestHistories(t *testing.T) {
	for name, tc := range map[string]struct {
		history []Op
		want    bool
	}{
		"nothing happened":                            {nil, true},
		"a read of what was written":                  {[]Op{{Kind: Write, Value: "1", Call: 1, Return: 2}, {Value: "1", Call: 3, Return: 4}}, true},
		"a read of what was overwritten":              {[]Op{{Kind: Write, Value: "1", Call: 1, Return: 2}, {Kind: Write, Value: "2", Call: 3, Return: 4}, {Value: "1", Call: 5, Return: 6}}, false},
		"a read beside the overwriting may see both":  {[]Op{{Kind: Write, Value: "1", Call: 1, Return: 2}, {Kind: Write, Value: "2", Call: 3, Return: 6}, {Value: "1", Call: 4, Return: 5}}, true},
		"reads go back in time":                       {[]Op{{Kind: Write, Value: "1", Call: 1, Return: 9}, {Value: "1", Call: 2, Return: 3}, {Value: "", Call: 4, Return: 5}}, false},
		"a failed write may be seen":                  {[]Op{{Kind: Write, Value: "1", Call: 1, Return: 2, Unknown: true}, {Value: "1", Call: 3, Return: 4}}, true},
		"a failed write may be seen late":             {[]Op{{Kind: Write, Value: "1", Call: 1, Return: 2, Unknown: true}, {Value: "", Call: 3, Return: 4}, {Value: "1", Call: 5, Return: 6}}, true},
		"a failed write may not be seen and unseen":   {[]Op{{Kind: Write, Value: "1", Call: 1, Return: 2, Unknown: true}, {Value: "1", Call: 3, Return: 4}, {Value: "", Call: 5, Return: 6}}, false},
		"a failed read says nothing":                  {[]Op{{Value: "7", Call: 1, Return: 2, Unknown: true}}, true},
		"a swap of the right value":                   {[]Op{{Kind: Swap, Old: "", Value: "1", Call: 1, Return: 2}, {Kind: Swap, Old: "1", Value: "2", Call: 3, Return: 4}}, true},
		"two swaps of the same value can't both pass": {[]Op{{Kind: Swap, Old: "", Value: "1", Call: 1, Return: 4}, {Kind: Swap, Old: "", Value: "2", Call: 2, Return: 3}}, false},
		"a read of what was never written":            {[]Op{{Value: "1", Call: 1, Return: 2}}, false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, Linearizable(tc.history)) })
	}
}

func TestARecordedHistoryOfARegisterIsLinearizable(t *testing.T) {
	var rec Recorder
	m := NewMemory()
	c := &memoryClient{store: m}
	together(6, func(g int) error {
		for i := range 10 {
			_ = rec.Do(Op{Kind: Write, Value: string(rune('a'+g)) + string(rune('0'+i))}, writeOf(t.Context(), c))
			_ = rec.Do(Op{Kind: Read}, readOf(t.Context(), c))
		}
		return nil
	})
	history := rec.History()
	require.Len(t, history, 120)
	assert.True(t, Linearizable(history))
	for i := range history { // a lost write is noticed
		if history[i].Kind == Read {
			history[i].Value = "z9"
			break
		}
	}
	assert.False(t, Linearizable(history))
	assert.False(t, Linearizable(make([]Op, maxOps+1)), "too long a history is refused, not believed")
}

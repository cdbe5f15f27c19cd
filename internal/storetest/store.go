// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"testing"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// Fault is where a write fails.
type Fault uint8

// The faults. A store may mend any of them by itself and return nil.
const (
	// Refused: the write fails, nothing is applied.
	Refused Fault = iota + 1
	// Lost: the write is applied, but the answer is an error.
	Lost
	// Torn: the write is cut in its middle.
	Torn
	// Outage: every request fails until the heal.
	Outage
)

func (f Fault) String() string {
	return [...]string{"none", "refused", "lost", "torn", "outage"}[f]
}

// Store is one storage under test, empty at first.
type Store struct {
	// Open gives the client of the component under test. It is called again
	// after the client before was closed, and must see what that one stored.
	Open func(ctx context.Context) (storage.Client, error)
	// Arm makes the next write fail, and gives the function that removes the
	// fault. Optional.
	Arm func(Fault) (heal func())
	// TornGoesBack: after a torn write a restart may find any earlier state, as
	// long as it is whole.
	TornGoesBack bool
	// Rival gives a client of the same component in another process. Its first
	// call takes over: the clients before can't write any more. Optional.
	Rival func(ctx context.Context) (storage.Client, error)
}

// behaviour is one rule. Its name reads as the rule.
type behaviour struct {
	name  string
	needs func(Store) bool // nil: every store
	check func(t testing.TB, s Store)
}

// Run checks every behaviour, each on a store of its own.
func Run(t *testing.T, newStore func(t testing.TB) Store) {
	t.Helper()
	for _, b := range behaviours() {
		t.Run(b.name, func(t *testing.T) {
			s := newStore(t)
			if b.needs != nil && !b.needs(s) {
				t.Skip("this store can't be asked for it")
			}
			b.check(t, s)
		})
	}
}

func behaviours() []behaviour {
	var all []behaviour
	for _, part := range [][]behaviour{values(), batches(), lifecycle(), walks(), faults(), concurrency(), takeovers()} {
		all = append(all, part...)
	}
	return all
}

// OfExtension makes a Store of any storage extension. create gives a new
// extension on the same data each time; each Open is one life of a process.
func OfExtension(t testing.TB, create func() (component.Component, error)) Store {
	open := func(ctx context.Context) (storage.Client, error) {
		ext, err := create()
		if err != nil {
			return nil, err
		}
		if err := ext.Start(ctx, componenttest.NewNopHost()); err != nil {
			return nil, err
		}
		t.Cleanup(func() { _ = ext.Shutdown(context.Background()) }) // the data is thrown away
		id := component.MustNewIDWithName("restaudit", "conformance")
		return ext.(storage.Extension).GetClient(ctx, component.KindReceiver, id, "")
	}
	return Store{Open: open}
}

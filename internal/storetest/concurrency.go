// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

func concurrency() []behaviour {
	return []behaviour{
		{name: "no write of many goroutines is lost", check: func(t testing.TB, s Store) {
			c := open(t, s)
			errs := together(8, func(g int) error {
				for i := range 10 {
					if err := c.Set(t.Context(), fmt.Sprint(g, ".", i), []byte(fmt.Sprint(i))); err != nil {
						return err
					}
				}
				return nil
			})
			for _, err := range errs {
				require.NoError(t, err)
			}
			c = reopen(t, s, c)
			for g := range 8 {
				for i := range 10 {
					wantValue(t, c, fmt.Sprint(g, ".", i), fmt.Sprint(i))
				}
			}
		}},
		{name: "concurrent calls of one client are linearizable", check: func(t testing.TB, s Store) {
			c := open(t, s)
			var rec Recorder
			together(5, func(g int) error {
				for i := range 8 {
					if (g+i)%3 == 0 {
						_ = rec.Do(Op{Kind: Read}, readOf(t.Context(), c))
					} else {
						_ = rec.Do(Op{Kind: Write, Value: fmt.Sprint(g, ".", i)}, writeOf(t.Context(), c))
					}
				}
				return nil
			})
			assert.True(t, Linearizable(rec.History()), "%+v", rec.History())
		}},
	}
}

// register is the key on which histories are played.
const register = "register"

func readOf(ctx context.Context, c storage.Client) func(*Op) error {
	return func(op *Op) error {
		value, err := c.Get(ctx, register)
		op.Value = string(value)
		return err
	}
}

func writeOf(ctx context.Context, c storage.Client) func(*Op) error {
	return func(op *Op) error { return c.Set(ctx, register, []byte(op.Value)) }
}

// together runs f in n goroutines and waits for all of them.
func together(n int, f func(g int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for g := range n {
		wg.Go(func() { errs[g] = f(g) })
	}
	wg.Wait()
	return errs
}

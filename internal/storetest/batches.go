// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

func batches() []behaviour {
	return []behaviour{
		{name: "a batch plays in order", check: func(t testing.TB, s Store) {
			c := open(t, s)
			set(t, c, "a", "old")
			before, between, after := storage.GetOperation("a"), storage.GetOperation("a"), storage.GetOperation("a")
			require.NoError(t, c.Batch(t.Context(),
				before, storage.SetOperation("a", []byte("new")), between,
				storage.DeleteOperation("a"), after, storage.SetOperation("b", []byte("1")), storage.SetOperation("b", []byte("2"))))
			assert.Equal(t, "old", string(before.Value))
			assert.Equal(t, "new", string(between.Value))
			assert.Nil(t, after.Value)
			wantMissing(t, c, "a")
			wantValue(t, c, "b", "2")
		}},
		{name: "a batch of reads needs no write", check: func(t testing.TB, s Store) {
			c := open(t, s)
			set(t, c, "a", "1")
			a, b := storage.GetOperation("a"), storage.GetOperation("b")
			b.Value = []byte("left over")
			require.NoError(t, c.Batch(t.Context(), a, b))
			assert.Equal(t, "1", string(a.Value))
			assert.Nil(t, b.Value)
			require.NoError(t, c.Batch(t.Context()))
		}},
		{name: "a batch with a wrong operation does nothing", check: func(t testing.TB, s Store) {
			c := open(t, s)
			set(t, c, "a", "old")
			require.Error(t, c.Batch(t.Context(), storage.SetOperation("a", []byte("new")), &storage.Operation{Key: "b", Type: 99}))
			wantValue(t, c, "a", "old")
			wantValue(t, reopen(t, s, c), "a", "old")
		}},
		{name: "a batch of many keys is there whole after a restart", check: func(t testing.TB, s Store) {
			c := open(t, s)
			var ops []*storage.Operation
			for i := range 300 {
				ops = append(ops, storage.SetOperation(fmt.Sprint("k", i), []byte(fmt.Sprint("v", i))))
			}
			require.NoError(t, c.Batch(t.Context(), ops...))
			c = reopen(t, s, c)
			for i := range 300 {
				wantValue(t, c, fmt.Sprint("k", i), fmt.Sprint("v", i))
			}
		}},
	}
}

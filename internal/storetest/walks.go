// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

func walks() []behaviour {
	walker := func(t testing.TB, s Store) (storage.Client, storage.Walker) {
		c := open(t, s)
		w, ok := c.(storage.Walker)
		if !ok {
			t.Skip("this store can't be walked")
		}
		for _, key := range []string{"a", "b", "c"} {
			set(t, c, key, "value of "+key)
		}
		return c, w
	}
	return []behaviour{
		{name: "a walk visits every key once", check: func(t testing.TB, s Store) {
			_, w := walker(t, s)
			seen := map[string]string{}
			require.NoError(t, w.Walk(t.Context(), func(key string, value []byte) ([]*storage.Operation, error) {
				seen[key] += string(value)
				return nil, nil
			}))
			assert.Equal(t, map[string]string{"a": "value of a", "b": "value of b", "c": "value of c"}, seen)
		}},
		{name: "a walk applies its operations at its end", check: func(t testing.TB, s Store) {
			c, w := walker(t, s)
			visits := 0
			get := storage.GetOperation("new.a")
			require.NoError(t, w.Walk(t.Context(), func(key string, _ []byte) ([]*storage.Operation, error) {
				visits++
				ops := []*storage.Operation{storage.SetOperation("new."+key, []byte("1")), storage.DeleteOperation(key)}
				if visits == 3 {
					ops = append(ops, get)
				}
				return ops, nil
			}))
			assert.Equal(t, 3, visits)
			assert.Equal(t, "1", string(get.Value))
			c = reopen(t, s, c)
			wantMissing(t, c, "a")
			wantValue(t, c, "new.c", "1")
		}},
		{name: "a walk that is cut short applies what it has", check: func(t testing.TB, s Store) {
			c, w := walker(t, s)
			visits := 0
			require.NoError(t, w.Walk(t.Context(), func(string, []byte) ([]*storage.Operation, error) {
				visits++
				return []*storage.Operation{storage.SetOperation("mark", []byte("1"))}, storage.SkipAll
			}))
			assert.Equal(t, 1, visits)
			wantValue(t, c, "mark", "1")
		}},
		{name: "a walk that fails applies nothing", check: func(t testing.TB, s Store) {
			c, w := walker(t, s)
			cause := errors.New("cause")
			visits := 0
			err := w.Walk(t.Context(), func(key string, _ []byte) ([]*storage.Operation, error) {
				if visits++; visits == 2 {
					return nil, cause
				}
				return []*storage.Operation{storage.DeleteOperation(key)}, nil
			})
			require.ErrorIs(t, err, cause)
			for _, key := range []string{"a", "b", "c"} {
				wantValue(t, c, key, "value of "+key)
			}
		}},
	}
}

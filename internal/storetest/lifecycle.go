// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func lifecycle() []behaviour {
	return []behaviour{
		{name: "a new client sees what the closed one stored", check: func(t testing.TB, s Store) {
			c := open(t, s)
			for i := range 5 {
				set(t, c, "k", string(rune('a'+i)))
				c = reopen(t, s, c)
				wantValue(t, c, "k", string(rune('a'+i)))
			}
		}},
		{name: "a closed client refuses every call", check: func(t testing.TB, s Store) {
			c := open(t, s)
			set(t, c, "k", "v")
			require.NoError(t, c.Close(t.Context()))
			_, err := c.Get(t.Context(), "k")
			require.Error(t, err)
			require.Error(t, c.Set(t.Context(), "k", []byte("w")))
			require.Error(t, c.Delete(t.Context(), "k"))
			wantValue(t, open(t, s), "k", "v")
		}},
		{name: "closing twice, or unused, is no error", check: func(t testing.TB, s Store) {
			c := open(t, s)
			require.NoError(t, c.Close(t.Context()))
			require.NoError(t, c.Close(t.Context()))
		}},
		{name: "a call with an ended context does all or nothing", check: func(t testing.TB, s Store) {
			c := open(t, s)
			set(t, c, "k", "old")
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			err := c.Set(ctx, "k", []byte("new"))
			got, getErr := c.Get(t.Context(), "k")
			require.NoError(t, getErr)
			if err == nil {
				assert.Equal(t, "new", string(got))
			} else {
				assert.Contains(t, []string{"old", "new"}, string(got))
			}
		}},
	}
}

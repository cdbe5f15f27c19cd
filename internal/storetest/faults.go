// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// patience bounds a call under a fault. A store that goes on trying returns
// when it ends.
const patience = 2 * time.Second

func faults() []behaviour {
	armed := func(s Store) bool { return s.Arm != nil }
	var all []behaviour
	for _, f := range []Fault{Refused, Lost, Torn, Outage} {
		for _, again := range []bool{false, true} {
			next := "a restart"
			if again {
				next = "the same client's next write"
			}
			all = append(all, behaviour{
				name: "after a write that was " + f.String() + ", " + next + " finds all of it or nothing", needs: armed,
				check: func(t testing.TB, s Store) { checkFault(t, s, f, again) },
			})
		}
	}
	return append(all, behaviour{
		name: "a read during an outage gives the last state or an error", needs: armed, check: checkOutage,
	})
}

// checkFault writes one batch under a fault. Whatever the store says, after it
// the state is the old one or the new one; after nil it is the new one.
func checkFault(t testing.TB, s Store, f Fault, again bool) {
	large := strings.Repeat("\x00\x01", 4<<10)
	c := open(t, s)
	set(t, c, "a", "old")
	set(t, c, "b", "old")
	set(t, c, "gone", "old")

	heal := s.Arm(f)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := c.Batch(ctx, storage.SetOperation("a", []byte("new")), storage.SetOperation("b", []byte("new")),
		storage.SetOperation("large", []byte(large)), storage.DeleteOperation("gone"))
	heal()

	if again {
		set(t, c, "later", "1")
	} else {
		c = reopen(t, s, c)
	}
	state := func() (parts []string) {
		for _, key := range []string{"a", "b", "gone", "large"} {
			value, err := c.Get(t.Context(), key)
			require.NoError(t, err)
			if key == "large" && string(value) == large {
				value = []byte("new")
			}
			parts = append(parts, string(value))
		}
		return parts
	}
	before, after := []string{"old", "old", "old", ""}, []string{"new", "new", "", "new"}
	allowed := [][]string{before, after}
	if f == Torn && s.TornGoesBack {
		allowed = append(allowed, []string{"", "", "", ""}, []string{"old", "", "", ""}, []string{"old", "old", "", ""})
	}
	if err == nil {
		require.Equal(t, after, state(), "the write was reported as done")
	} else {
		require.Contains(t, allowed, state(), "the write failed: %v", err)
	}
	found := state()
	c = reopen(t, s, c)
	assert.Equal(t, found, state(), "what was read stays")
	set(t, c, "a", "final")
	wantValue(t, reopen(t, s, c), "a", "final")
}

func checkOutage(t testing.TB, s Store) {
	c := open(t, s)
	set(t, c, "a", "old")
	heal := s.Arm(Outage)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got, err := c.Get(ctx, "a")
	if err == nil {
		assert.Equal(t, "old", string(got))
	}
	require.Error(t, c.Set(ctx, "a", []byte("new")), "nothing can be durable during an outage")
	heal()
	set(t, c, "a", "later")
	wantValue(t, reopen(t, s, c), "a", "later")
}

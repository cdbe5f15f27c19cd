// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

func takeovers() []behaviour {
	rivals := func(s Store) bool { return s.Rival != nil }
	return []behaviour{
		{name: "who was taken over from can't write, and says so", needs: rivals, check: checkFenced},
		{name: "who was taken over from does not come back", needs: rivals, check: checkNoFlapping},
		{name: "takeovers while others write are linearizable", needs: rivals, check: checkRace},
	}
}

func rival(t testing.TB, s Store) storage.Client {
	t.Helper()
	c, err := s.Rival(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // some are fenced
	return c
}

// isFenced finds the mark of an error that means "another holder took over",
// as a receiver does that does not know the store's package.
func isFenced(err error) bool {
	var f interface{ Fenced() bool }
	return errors.As(err, &f) && f.Fenced()
}

func checkFenced(t testing.TB, s Store) {
	old := open(t, s)
	set(t, old, "k", "old")
	young := rival(t, s)
	wantValue(t, young, "k", "old")
	set(t, young, "k", "young")
	assert.True(t, isFenced(old.Set(t.Context(), "k", []byte("zombie"))))
	assert.True(t, isFenced(old.Delete(t.Context(), "k")))
	_, err := old.Get(t.Context(), "k")
	assert.True(t, isFenced(err), "a stale state must not be used")
	wantValue(t, young, "k", "young")
	set(t, young, "k", "younger")
}

func checkNoFlapping(t testing.TB, s Store) {
	old := open(t, s)
	set(t, old, "k", "old")
	young := rival(t, s)
	set(t, young, "k", "young")
	for range 3 {
		assert.True(t, isFenced(old.Set(t.Context(), "k", []byte("zombie"))))
	}
	set(t, young, "k", "still young")
}

// checkRace lets clients take over from each other while all of them write. A
// takeover reads the register; a client's later reads come from its memory and
// are not part of the promise.
func checkRace(t testing.TB, s Store) {
	open(t, s) // it may create what a rival needs
	var rec Recorder
	together(4, func(g int) error {
		for life := range 3 {
			c, err := s.Rival(t.Context())
			if err != nil {
				return err
			}
			_ = rec.Do(Op{Kind: Read}, readOf(t.Context(), c))
			for i := range 4 {
				if rec.Do(Op{Kind: Write, Value: fmt.Sprint(g, ".", life, ".", i)}, writeOf(t.Context(), c)) != nil {
					break
				}
			}
			_ = c.Close(t.Context())
		}
		return nil
	})
	last := rival(t, s)
	require.NoError(t, rec.Do(Op{Kind: Read}, readOf(t.Context(), last)))
	assert.True(t, Linearizable(rec.History()), "%+v", rec.History())
}

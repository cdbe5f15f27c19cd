// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/dedupe"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// memory is a storage client whose batch is atomic and can be made to fail.
type memory struct {
	data map[string][]byte
	err  error
}

func (m *memory) Get(_ context.Context, key string) ([]byte, error) { return m.data[key], m.err }

func (m *memory) Set(_ context.Context, key string, value []byte) error {
	m.data[key] = value
	return m.err
}

func (m *memory) Delete(_ context.Context, key string) error {
	delete(m.data, key)
	return m.err
}

func (m *memory) Batch(_ context.Context, ops ...*storage.Operation) error {
	if m.err != nil {
		return m.err
	}
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = m.data[op.Key]
		case storage.Set:
			m.data[op.Key] = op.Value
		case storage.Delete:
			delete(m.data, op.Key)
		}
	}
	return nil
}

func (m *memory) Close(context.Context) error { return nil }

func sample(generation uint64) State {
	return State{
		Generation: generation, Cursor: "c1", Position: paging.Position{Cursor: "c1"},
		LastTimestamp: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Low: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC),
		Walk: &Walk{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Pages: 3},
		Gaps: []Gap{{Reason: "retention"}},
	}
}

func TestStateSurvivesTheRoundTrip(t *testing.T) {
	want := sample(7)
	data, err := Encode(&want)
	require.NoError(t, err)
	got, err := Decode(data)
	require.NoError(t, err)
	assert.Equal(t, &want, got)
}

func TestEveryFlippedBitAndEveryTruncationIsDetected(t *testing.T) {
	s := sample(7)
	data, err := Encode(&s)
	require.NoError(t, err)
	for i := range data {
		for bit := range 8 {
			bad := append([]byte(nil), data...)
			bad[i] ^= 1 << bit
			_, err := Decode(bad)
			require.ErrorIs(t, err, ErrCorrupt, "byte %d bit %d", i, bit)
		}
		_, err := Decode(data[:i])
		require.ErrorIs(t, err, ErrCorrupt, "cut at %d", i)
	}
}

func TestANewerStateIsRefused(t *testing.T) {
	s := sample(1)
	data, err := Encode(&s)
	require.NoError(t, err)
	require.Contains(t, string(data), `"min_reader":1`)
	// Written as a later version would: its own checksum, a higher min_reader.
	newer := reseal(t, data, `"min_reader":1`, `"min_reader":2`)
	_, err = Decode(newer)
	assert.ErrorIs(t, err, ErrNewer)
}

func TestLoadFallsBackToThePreviousStateAndSaysSo(t *testing.T) {
	m := &memory{data: map[string][]byte{}}
	store := NewStore(m)
	require.NoError(t, store.Save(t.Context(), Commit{State: sample(1)}))
	require.NoError(t, store.Save(t.Context(), Commit{State: sample(2)}))
	for name, broken := range map[string][]byte{"cut": m.data[KeyState][:20], "empty": {}, "missing": nil} {
		t.Run(name, func(t *testing.T) {
			m := &memory{data: maps.Clone(m.data)}
			m.data[KeyState] = broken
			loaded, err := NewStore(m).Load(t.Context())
			require.NoError(t, err)
			assert.EqualValues(t, 1, loaded.State.Generation)
			assert.NotEmpty(t, loaded.Note)
		})
	}
}

func TestLoadNeverStartsAfresh(t *testing.T) {
	for name, data := range map[string]map[string][]byte{
		"both slots corrupt":        {KeyState: []byte("x"), KeyPrev: []byte("y")},
		"only slot corrupt":         {KeyState: []byte("{}")},
		"only the previous, broken": {KeyPrev: []byte("{}")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewStore(&memory{data: data}).Load(t.Context())
			assert.ErrorIs(t, err, ErrCorrupt)
		})
	}
	_, err := NewStore(&memory{err: errors.New("down")}).Load(t.Context())
	assert.ErrorContains(t, err, "down")
}

func TestAnEmptyStorageIsAFirstStart(t *testing.T) {
	loaded, err := NewStore(&memory{data: map[string][]byte{}}).Load(t.Context())
	require.NoError(t, err)
	assert.Nil(t, loaded.State)
}

func TestAnImportedRegistryEntryGivesTheWatermark(t *testing.T) {
	m := &memory{data: map[string][]byte{KeyImport: []byte(`{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"abc"}`)}}
	loaded, err := NewStore(m).Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, time.Date(2025, 12, 17, 15, 30, 0, 123e6, time.UTC), loaded.State.Low)
	assert.True(t, loaded.State.Position.First())
}

func TestChunksLiveAsLongAsAnyOfTheTwoStatesNeedsThem(t *testing.T) {
	m := &memory{data: map[string][]byte{}}
	store := NewStore(m)
	one := sample(1)
	one.Seen.Set.Chunks = []dedupe.Meta{{ID: 1}}
	require.NoError(t, store.Save(t.Context(), Commit{State: one, Chunks: map[uint64][]byte{1: []byte("a")}}))
	two := sample(2)
	two.Seen = Seen{Set: dedupe.State{Chunks: []dedupe.Meta{{ID: 2}}}, Garbage: []uint64{1}}
	require.NoError(t, store.Save(t.Context(), Commit{State: two, Chunks: map[uint64][]byte{2: []byte("ab")}}))
	assert.Contains(t, m.data, "seen.1", "the previous state still refers to it")
	require.NoError(t, store.Save(t.Context(), Commit{State: sample(3)}))
	assert.NotContains(t, m.data, "seen.1")
}

func TestGarbageIsRememberedOverARestart(t *testing.T) {
	m := &memory{data: map[string][]byte{"seen.1": []byte("a")}}
	st := sample(1)
	st.Seen.Garbage = []uint64{1}
	require.NoError(t, NewStore(m).Save(t.Context(), Commit{State: st}))
	again := NewStore(m)
	_, err := again.Load(t.Context())
	require.NoError(t, err)
	require.NoError(t, again.Save(t.Context(), Commit{State: sample(2)}))
	assert.NotContains(t, m.data, "seen.1")
}

// FuzzDecode: who can write to the store can make the checksum, too.
func FuzzDecode(f *testing.F) {
	s := sample(1)
	data, err := Encode(&s)
	require.NoError(f, err)
	f.Add(data, false)
	f.Add(data[:len(data)-sumLen], true)
	f.Fuzz(func(t *testing.T, data []byte, sealed bool) {
		if sealed {
			sum := sha256.Sum256(data)
			data = fmt.Appendf(bytes.Clone(data), "%s%x%s", sumOpen, sum, sumClose)
		}
		st, err := Decode(data)
		assert.Equal(t, err == nil, st != nil)
		if err != nil {
			return
		}
		again, err := Encode(st)
		require.NoError(t, err)
		same, err := Decode(again)
		require.NoError(t, err)
		assert.Equal(t, st, same)
	})
}

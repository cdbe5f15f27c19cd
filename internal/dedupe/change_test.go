// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// disk is what the lead's storage holds of a set.
type disk struct {
	state  []byte
	chunks map[uint64][]byte
	writes int // bytes of chunks written
}

func newDisk() *disk { return &disk{chunks: map[uint64][]byte{}} }

// store writes a change in the documented order, and stops after so many writes; false = it stopped.
func (d *disk) store(t testing.TB, c Change, steps int) bool {
	t.Helper()
	for _, chunk := range c.Put {
		if steps--; steps < 0 {
			return false
		}
		data, err := chunk.MarshalBinary()
		require.NoError(t, err)
		require.Less(t, len(data), 2*MaxChunkBytes)
		d.writes += len(data)
		d.chunks[chunk.ID] = data
	}
	if steps--; steps < 0 {
		return false
	}
	state, err := json.Marshal(c.State)
	require.NoError(t, err)
	d.state = state
	for _, id := range c.Drop {
		if steps--; steps < 0 {
			return false
		}
		delete(d.chunks, id)
	}
	return true
}

func (d *disk) restore(t testing.TB, settings Settings) *Set {
	t.Helper()
	var st State
	if d.state != nil {
		require.NoError(t, json.Unmarshal(d.state, &st))
	}
	s, lost, err := Restore(settings, st, d.chunks)
	require.NoError(t, err)
	require.Empty(t, lost)
	return s
}

func commit(t testing.TB, d *disk, s *Set) {
	t.Helper()
	c := s.Pending()
	require.True(t, d.store(t, c, 1<<30))
	s.Committed(c)
}

func TestAChangeIsWhatWasAdded(t *testing.T) {
	s, d := newTestSet(0), newDisk()
	s.Add(5, 111, 1)
	s.Add(7, 222, 1)
	c := s.Pending()
	require.Len(t, c.Put, 1)
	assert.Equal(t, Meta{ID: 1, Count: 2, MinHour: 5, MaxHour: 7}, c.Put[0].Meta())
	assert.Equal(t, []Meta{c.Put[0].Meta()}, c.State.Chunks)
	assert.Equal(t, c, s.Pending(), "asking twice changes nothing")

	t.Run("a change that failed comes again, with what came after", func(t *testing.T) {
		s.Add(8, 333, 1)
		c = s.Pending()
		require.Len(t, c.Put, 1)
		assert.Equal(t, Meta{ID: 1, Count: 3, MinHour: 5, MaxHour: 8}, c.Put[0].Meta())
	})
	t.Run("what comes during the commit stays pending", func(t *testing.T) {
		s.Add(8, 444, 1)
		require.True(t, d.store(t, c, 10))
		s.Committed(c)
		c = s.Pending()
		require.Len(t, c.Put, 1)
		assert.Equal(t, Meta{ID: 2, Count: 1, MinHour: 8, MaxHour: 8}, c.Put[0].Meta())
	})
	t.Run("an outdated change is ignored", func(t *testing.T) {
		outdated := c
		s.Committed(c)
		s.Committed(outdated)
		assert.Len(t, s.Pending().State.Chunks, 2)
	})
	t.Run("nothing new puts nothing", func(t *testing.T) {
		assert.Empty(t, s.Pending().Put)
		assert.Empty(t, s.Pending().Drop)
	})
	t.Run("a merge leaves evicted hours out", func(t *testing.T) {
		for i := range uint64(fanout - 2) { // two chunks are there, of hours 5 to 8
			s.Add(9, 1000+i, 1)
			s.Add(50, 2000+i, 9)
			s.Evict(6, 9)
			c = s.Pending()
			s.Committed(c)
		}
		require.Len(t, c.State.Chunks, 1)
		assert.Equal(t, Meta{ID: 4, Count: 7, MinHour: 7, MaxHour: 50}, c.State.Chunks[0], "only 111, of hour 5, is gone")
	})
	t.Run("hours that no late walk met are not in the state", func(t *testing.T) {
		assert.Equal(t, []Span{{From: 50, To: 50, Walk: 9}}, s.Pending().State.Touched)
		s.Evict(0, 11)
		assert.Empty(t, s.Pending().State.Touched)
	})
	t.Run("chunks of evicted hours are dropped", func(t *testing.T) {
		s.Evict(100, 11)
		assert.Len(t, s.Pending().Drop, 1)
		assert.Empty(t, s.Pending().State.Chunks)
	})
}

func TestRestore(t *testing.T) {
	settings := Settings{Key: testKey}
	build := func(t *testing.T) (*Set, *disk) {
		s, d := NewSet(settings), newDisk()
		for i := range 50 {
			s.Add(int64(i), s.Hash(fmt.Sprint(i)), uint64(i/10))
			if i%7 == 0 {
				commit(t, d, s)
			}
		}
		commit(t, d, s)
		return s, d
	}
	t.Run("brings every uid back", func(t *testing.T) {
		_, d := build(t)
		s := d.restore(t, settings)
		assert.Equal(t, 50, s.Len())
		for i := range 50 {
			assert.True(t, s.Seen(s.Hash(fmt.Sprint(i))), i)
		}
	})
	t.Run("knows which hours were met lately", func(t *testing.T) {
		s, d := build(t)
		require.True(t, s.Touch(s.Hash("3"), 5))
		commit(t, d, s)
		s = d.restore(t, settings)
		assert.Equal(t, 39, s.Evict(50, 5), "walk 4 met 40..49, walk 5 met 3")
		assert.True(t, s.Seen(s.Hash("3")))
	})
	t.Run("a chunk that is gone or damaged is reported and let go", func(t *testing.T) {
		_, d := build(t)
		ids := slices.Sorted(maps.Keys(d.chunks))
		require.GreaterOrEqual(t, len(ids), 2)
		delete(d.chunks, ids[0])
		d.chunks[ids[1]][9] ^= 1
		var st State
		require.NoError(t, json.Unmarshal(d.state, &st))
		s, lost, err := Restore(settings, st, d.chunks)
		require.NoError(t, err)
		assert.Len(t, lost, 2)
		assert.Less(t, s.Len(), 50)
		c := s.Pending()
		assert.Subset(t, c.Drop, ids[:2])
		for _, m := range c.State.Chunks {
			assert.NotContains(t, ids[:2], m.ID)
		}
		assert.Equal(t, st.NextID, c.State.NextID)
	})
	t.Run("a chunk under another one's id is not taken", func(t *testing.T) {
		_, d := build(t)
		ids := slices.Sorted(maps.Keys(d.chunks))
		d.chunks[ids[0]] = d.chunks[ids[1]]
		var st State
		require.NoError(t, json.Unmarshal(d.state, &st))
		_, lost, err := Restore(settings, st, d.chunks)
		require.NoError(t, err)
		assert.Len(t, lost, 1)
	})
	t.Run("refuses another key", func(t *testing.T) {
		_, d := build(t)
		var st State
		require.NoError(t, json.Unmarshal(d.state, &st))
		_, _, err := Restore(Settings{Key: Key{9}}, st, d.chunks)
		assert.ErrorIs(t, err, ErrKey)
	})
	t.Run("keeps the cut, and makes one when the limit was lowered", func(t *testing.T) {
		s, d := build(t)
		s.cut = 7
		commit(t, d, s)
		hour, cut := d.restore(t, settings).CutBefore()
		assert.True(t, cut)
		assert.Equal(t, int64(7), hour)
		lower := d.restore(t, Settings{Key: testKey, MaxUIDs: 20})
		assert.Equal(t, 20, lower.Len())
		hour, _ = lower.CutBefore()
		assert.Equal(t, int64(30), hour, "the newest stay")
	})
	t.Run("an empty state is an empty set", func(t *testing.T) {
		s, lost, err := Restore(settings, State{}, nil)
		require.NoError(t, err)
		assert.Empty(t, lost)
		assert.Zero(t, s.Len())
	})
}

// A long life in small steps: what is written stays in proportion to what is new, what is stored to what is remembered.
func TestStorageCostIsInProportion(t *testing.T) {
	for name, perCommit := range map[string]int{"a trickle": 3, "a page now and then": 100, "full pages": 500} {
		t.Run(name, func(t *testing.T) {
			const commits, keep = 1000, 36
			s, d := newTestSet(0), newDisk()
			rng := rand.New(rand.NewPCG(1, 1))
			for i := range commits {
				hour := int64(i / 10)
				for range perCommit {
					late := int64(0)
					if rng.IntN(50) == 0 {
						late = rng.Int64N(keep)
					}
					s.Add(hour-late, rng.Uint64(), uint64(i))
				}
				s.Evict(hour-keep, uint64(i))
				commit(t, d, s)
			}
			added, stored := commits*perCommit, 0
			for _, data := range d.chunks {
				stored += len(data)
			}
			state := len(d.state)
			t.Logf("written %.1f bytes per uid, stored %.1f per remembered uid in %d chunks, state %d bytes, kept in memory %d chunks",
				float64(d.writes)/float64(added), float64(stored)/float64(s.Len()), len(d.chunks), state, len(s.store.small))
			assert.Less(t, d.writes, added*8*8+commits*300)
			assert.Less(t, stored, s.Len()*8*3+5000)
			assert.Less(t, state, 8000)
			assert.Less(t, len(s.store.small), fanout*tiers)
			assert.Equal(t, s.Len(), func() int {
				r := d.restore(t, Settings{Key: testKey})
				r.Evict(int64(commits-1)/10-keep, commits-1)
				return r.Len()
			}())
		})
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var testKey = Key{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

func newTestSet(maxUIDs int) *Set { return NewSet(Settings{Key: testKey, MaxUIDs: maxUIDs}) }

func TestHash(t *testing.T) {
	t.Run("is SipHash-2-4 by the vectors of its authors", func(t *testing.T) {
		var key Key
		var input []byte
		for i := range key {
			key[i] = byte(i)
		}
		for i := range 15 {
			input = append(input, byte(i))
		}
		assert.Equal(t, binary.LittleEndian.Uint64([]byte{0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1}), key.Hash(string(input)))
	})
	t.Run("long uids differ in their last byte", func(t *testing.T) {
		long := strings.Repeat("x", 500)
		assert.NotEqual(t, testKey.Hash(long+"a"), testKey.Hash(long+"b"))
	})
	t.Run("another key, another hash", func(t *testing.T) {
		assert.NotEqual(t, testKey.Hash("uid"), Key{}.Hash("uid"))
	})
	t.Run("allocates nothing for usual uids", func(t *testing.T) {
		uid := strings.Repeat("x", 71)
		assert.Zero(t, testing.AllocsPerRun(100, func() { testKey.Hash(uid) }))
	})
}

func TestAUIDIsFoundWhateverItsHour(t *testing.T) {
	s := newTestSet(0)
	h := s.Hash("event-1")
	assert.False(t, s.Seen(h))
	s.Add(100, h, 1)
	assert.True(t, s.Seen(h))
	s.Add(200, h, 1) // its time was edited
	assert.Equal(t, 1, s.Len())
	assert.False(t, s.Seen(s.Hash("event-2")))
}

func TestHashesThatLookSpecialAreOrdinary(t *testing.T) {
	s := newTestSet(0)
	special := []uint64{0, 1, 0xff, 0x100, 1 << 56, 1<<56 - 1, 1<<63 | 1, ^uint64(0), ^uint64(0) - 1}
	for i, h := range special {
		require.False(t, s.Seen(h), h)
		s.Add(int64(i), h, 1)
		require.True(t, s.Seen(h), h)
	}
	assert.Equal(t, len(special), s.Len())
}

// Whoever knew the key could choose hashes that crowd one place. The table then grows instead of failing.
func TestCrowdedHashesWork(t *testing.T) {
	s := newTestSet(0)
	for i := range uint64(3000) {
		s.Add(1, ^uint64(0)-i, 1)
		s.Add(1, i, 1)
	}
	for i := range uint64(3000) {
		require.True(t, s.Seen(^uint64(0)-i))
		require.True(t, s.Seen(i))
	}
	assert.False(t, s.Seen(3000))
}

func TestEvict(t *testing.T) {
	fill := func() *Set {
		s := newTestSet(0)
		for hour := int64(1); hour <= 10; hour++ {
			s.Add(hour, s.Hash(strconv.Itoa(int(hour))), 1)
		}
		return s
	}
	t.Run("drops what is before the hour and was not met in two walks", func(t *testing.T) {
		s := fill()
		assert.Equal(t, 4, s.Evict(5, 3))
		assert.False(t, s.Seen(s.Hash("4")))
		assert.True(t, s.Seen(s.Hash("5")))
		assert.Equal(t, 6, s.Len())
	})
	t.Run("spares what this walk or the one before met", func(t *testing.T) {
		s := fill()
		assert.Zero(t, s.Evict(5, 2))
		assert.True(t, s.Touch(s.Hash("2"), 2))
		assert.Equal(t, 3, s.Evict(5, 3))
		assert.True(t, s.Seen(s.Hash("2")))
		assert.Equal(t, 1, s.Evict(5, 4))
	})
	t.Run("Seen alone spares nothing", func(t *testing.T) {
		s := fill()
		assert.True(t, s.Seen(s.Hash("2")))
		assert.Equal(t, 4, s.Evict(5, 3))
	})
	t.Run("what was evicted can be added again", func(t *testing.T) {
		s := fill()
		s.Evict(5, 3)
		assert.False(t, s.Touch(s.Hash("2"), 3))
		s.Add(7, s.Hash("2"), 3)
		assert.True(t, s.Seen(s.Hash("2")))
		assert.Equal(t, 7, s.Len())
		s.checkInvariants(t)
	})
}

func TestOverflowForgetsTheOldestHourAndSaysSo(t *testing.T) {
	s := newTestSet(100)
	for i := range 100 {
		s.Add(int64(10+i/25), s.Hash(strconv.Itoa(i)), 1)
	}
	_, cut := s.CutBefore()
	require.False(t, cut)
	s.Add(14, s.Hash("one more"), 1)
	hour, cut := s.CutBefore()
	assert.True(t, cut)
	assert.Equal(t, int64(11), hour)
	assert.Equal(t, 76, s.Len())
	assert.Equal(t, uint64(25), s.Forgotten())
	assert.True(t, s.Seen(s.Hash("one more")))
	assert.False(t, s.Seen(s.Hash("3")))

	t.Run("a full set doesn't take in what is older than all it has", func(t *testing.T) {
		for i := range 24 {
			s.Add(14, s.Hash("more"+strconv.Itoa(i)), 1)
		}
		s.Add(5, s.Hash("old"), 1)
		assert.False(t, s.Seen(s.Hash("old")))
		assert.Equal(t, 100, s.Len())
	})
	t.Run("the cut is over when nobody looks back that far", func(t *testing.T) {
		s.Evict(10, 1)
		_, cut := s.CutBefore()
		assert.True(t, cut)
		s.Evict(11, 1)
		_, cut = s.CutBefore()
		assert.False(t, cut)
	})
	t.Run("one hour alone stays within the limit", func(t *testing.T) {
		s := newTestSet(100)
		for i := range 1000 {
			s.Add(10, s.Hash(strconv.Itoa(i)), 1)
			require.LessOrEqual(t, s.Len(), 100)
			require.True(t, s.Seen(s.Hash(strconv.Itoa(i))))
		}
	})
}

func TestMoreHoursThanSlotsJoinTheOldest(t *testing.T) {
	s := newTestSet(0)
	const hours = 3000
	for hour := range int64(hours) {
		s.Add(hour*2, s.Hash(strconv.Itoa(int(hour))), 1)
	}
	for hour := range hours {
		require.True(t, s.Seen(s.Hash(strconv.Itoa(hour))), hour)
	}
	assert.Equal(t, hours, s.Len())
	s.Add(3, s.Hash("between"), 1)
	assert.True(t, s.Seen(s.Hash("between")))
	_, cut := s.CutBefore()
	assert.False(t, cut, "nothing is forgotten for it")

	t.Run("a joined hour is spared as long as one of its hours is not old", func(t *testing.T) {
		oldest := s.buckets.slots[s.buckets.order[0]]
		require.Greater(t, oldest.last, oldest.first)
		assert.Zero(t, s.Evict(oldest.last, 9))
	})
	t.Run("a joined hour was met when one of its hours was", func(t *testing.T) {
		s := newTestSet(0)
		for hour := range int64(maxBucket) {
			s.Add(hour, uint64(hour), 1)
		}
		require.True(t, s.Touch(1, 5))
		require.True(t, s.Touch(2, 5))
		s.Add(maxBucket, maxBucket, 5)
		assert.Equal(t, maxBucket-4, s.Evict(maxBucket, 6), "0 to 3 stay: two pairs")
		assert.True(t, s.Seen(0) && s.Seen(3))
	})
	t.Run("a joined hour goes when its last hour does", func(t *testing.T) {
		s.Evict(2*(hours-20), 3)
		for hour := hours - 20; hour < hours; hour++ {
			require.True(t, s.Seen(s.Hash(strconv.Itoa(hour))), hour)
		}
		assert.Less(t, s.Len(), 200)
	})
}

func TestMemoryPerUID(t *testing.T) {
	s := newTestSet(0)
	rng := rand.New(rand.NewPCG(1, 7))
	sum, samples, next := 0.0, 0.0, 60_000.0
	for i := range 400_000 {
		s.Add(int64(i/14_000), rng.Uint64(), 1)
		if float64(s.Len()) < next {
			continue
		}
		perUID := float64(s.bytes()) / float64(s.Len())
		require.LessOrEqual(t, perUID, 10.5, s.Len())
		sum += perUID
		samples++
		next *= 1.05
	}
	mean := sum / samples
	t.Logf("%.2f bytes per uid, %.0f uids per MiB", mean, (1<<20)/mean)
	assert.LessOrEqual(t, mean, 9.6)
}

// bytes is the memory of the tables.
func (s *Set) bytes() int {
	sum := len(s.tables) * 32
	for _, t := range s.tables {
		sum += 8 * cap(t.cells)
	}
	return sum
}

func TestTableInvariants(t *testing.T) {
	s := newTestSet(20_000)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 60_000 {
		s.Add(int64(i/500), rng.Uint64(), uint64(i/500))
		if i%5000 == 0 {
			s.Evict(int64(i/500-20), uint64(i/500))
			s.checkInvariants(t)
		}
	}
	s.checkInvariants(t)
}

func (s *Set) checkInvariants(t testing.TB) {
	t.Helper()
	live, dead := 0, 0
	perSlot := map[uint8]int{}
	for i := range s.tables {
		tb := &s.tables[i]
		count, last, empty := 0, uint64(0), -1
		for at, entry := range tb.cells {
			if entry == 0 {
				empty = at
				continue
			}
			count++
			home, slot := tb.home(entry), uint8(entry)
			if entry>>slotBits+1 <= last || at < home || empty >= max(home, 0) || slot == 0 {
				t.Fatalf("cell %d of table %d: %#x after %#x, home %d, last empty cell %d", at, i, entry, last, home, empty)
			}
			last = entry>>slotBits + 1
			if s.buckets.slots[slot].live {
				live++
				perSlot[slot]++
			} else {
				dead++
			}
		}
		require.EqualValues(t, tb.count, count)
	}
	require.Equal(t, s.live, live)
	require.Equal(t, s.dead, dead)
	previous := int64(-1 << 62)
	for _, slot := range s.buckets.order {
		b := s.buckets.slots[slot]
		require.True(t, b.live && b.first > previous && b.last >= b.first)
		require.Equal(t, b.count, perSlot[slot])
		previous = b.last
	}
	if slots := len(s.buckets.slots); slots > 0 {
		require.Equal(t, slots-1, len(s.buckets.order)+len(s.buckets.free)+len(s.buckets.dead), "every slot is somewhere")
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// filled is a set of n uids in 72 hours, and the hashes in random order.
func filled(n int) (*Set, []uint64) {
	s := newTestSet(2 * n)
	rng := rand.New(rand.NewPCG(1, 1))
	hashes := make([]uint64, n)
	for i := range hashes {
		hashes[i] = rng.Uint64()
		s.Add(int64(72*i/n), hashes[i], 1)
	}
	s.Committed(s.Pending())
	rng.Shuffle(n, func(i, j int) { hashes[i], hashes[j] = hashes[j], hashes[i] })
	return s, hashes
}

func eachSize(b *testing.B, f func(b *testing.B, s *Set, hashes []uint64)) {
	for _, n := range []int{10_000, 1_000_000, 10_000_000} {
		if n > 1_000_000 && testing.Short() {
			continue
		}
		s, hashes := filled(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f(b, s, hashes)
			b.ReportMetric(float64(s.bytes())/float64(s.Len()), "bytes/uid")
		})
	}
}

func BenchmarkSeenKnown(b *testing.B) {
	eachSize(b, func(b *testing.B, s *Set, hashes []uint64) {
		i := 0
		for b.Loop() {
			if !s.Touch(hashes[i], 2) {
				b.Fatal("unknown")
			}
			if i++; i == len(hashes) {
				i = 0
			}
		}
	})
}

func BenchmarkSeenNew(b *testing.B) {
	eachSize(b, func(b *testing.B, s *Set, _ []uint64) {
		rng := rand.New(rand.NewPCG(2, 2))
		for b.Loop() {
			if s.Seen(rng.Uint64()) {
				b.Fatal("known")
			}
		}
	})
}

// BenchmarkAdd is Seen and Add of new uids into a full window: an hour goes for each hour that comes.
func BenchmarkAdd(b *testing.B) {
	eachSize(b, func(b *testing.B, s *Set, hashes []uint64) {
		rng := rand.New(rand.NewPCG(3, 3))
		hour, perHour, i := int64(72), len(hashes)/72, 0
		b.ReportAllocs()
		for b.Loop() {
			h := rng.Uint64()
			if !s.Seen(h) {
				s.Add(hour, h, uint64(hour))
			}
			if i++; i%1000 == 0 {
				s.Committed(s.Pending())
			}
			if i%perHour == 0 {
				hour++
				s.Evict(hour-72, uint64(hour))
			}
		}
	})
}

func BenchmarkHash(b *testing.B) {
	const uid = "3aeede38-4f67-11ea-abd3-1f5d113f2546"
	for b.Loop() {
		testKey.Hash(uid)
	}
}

func BenchmarkRestore(b *testing.B) {
	s, _ := filled(1_000_000)
	s2, chunks := newTestSet(2_000_000), map[uint64][]byte{}
	for _, t := range s.tables {
		for _, e := range t.cells {
			if e != 0 {
				s2.Add(int64(e&slotMask), e, 1)
			}
		}
	}
	c := s2.Pending()
	st := c.State
	for _, chunk := range c.Put {
		chunks[chunk.ID], _ = chunk.MarshalBinary()
	}
	for b.Loop() {
		if _, lost, err := Restore(Settings{Key: testKey, MaxUIDs: 2_000_000}, st, chunks); err != nil || lost != nil {
			b.Fatal(err, lost)
		}
	}
}

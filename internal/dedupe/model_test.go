// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// model is the plainest set that keeps the contract, as long as there is room and there are slots for all hours.
type model struct {
	hours map[uint64]int64 // of each hash
	walks map[int64]uint64 // of each hour
}

func newModel() model { return model{hours: map[uint64]int64{}, walks: map[int64]uint64{}} }

func (m model) clone() model { return model{hours: maps.Clone(m.hours), walks: maps.Clone(m.walks)} }

func (m model) add(hour int64, h, walk uint64) {
	if m.touch(h, walk) {
		return
	}
	m.hours[h] = hour
	m.walks[hour] = max(m.walks[hour], walk)
}

func (m model) touch(h, walk uint64) bool {
	hour, ok := m.hours[h]
	if ok {
		m.walks[hour] = max(m.walks[hour], walk)
	}
	return ok
}

func (m model) evict(before int64, walk uint64) (evicted int) {
	for h, hour := range m.hours {
		if hour < before && m.walks[hour]+1 < walk {
			delete(m.hours, h)
			evicted++
		}
	}
	for hour, w := range m.walks {
		if hour < before && w+1 < walk {
			delete(m.walks, hour)
		}
	}
	return evicted
}

// life is a set, its storage and its model under random treatment.
type life struct {
	t         *testing.T
	rng       *rand.Rand
	set       *Set
	disk      *disk
	now       model
	committed model
	evictHour int64
	before    int64 // evictHour as of the last commit
	walk      uint64
	hour      int64
	crashes   bool
	given     []uint64        // every hash ever made
	gone      map[uint64]bool // hashes that were evicted once; not used again, see Restore
	added     map[uint64]bool // since the last crash
	stored    map[uint64]bool // added before a commit
}

func newLife(t *testing.T, seed uint64) *life {
	return &life{
		t: t, rng: rand.New(rand.NewPCG(seed, 0)), set: newTestSet(0), disk: newDisk(),
		now: newModel(), committed: newModel(), hour: 1000, walk: 1, crashes: seed%2 == 1,
		gone: map[uint64]bool{}, added: map[uint64]bool{}, stored: map[uint64]bool{},
	}
}

func (l *life) hash() uint64 {
	if len(l.given) > 0 && l.rng.IntN(2) == 0 {
		if h := l.given[l.rng.IntN(len(l.given))]; !l.gone[h] {
			return h
		}
	}
	h := l.rng.Uint64()
	if near := l.rng.Uint64N(4)<<62 | l.rng.Uint64N(50); l.rng.IntN(4) == 0 && !l.gone[near] {
		h = near
	}
	l.given = append(l.given, h)
	return h
}

func (l *life) step() {
	switch l.rng.IntN(20) {
	case 0:
		l.walk++
		l.hour += l.rng.Int64N(4)
		l.evictHour = max(l.evictHour, l.hour-5-l.rng.Int64N(20))
		l.evict()
	case 1, 2:
		l.commit(1 << 30)
	case 3:
		if l.crashes {
			l.crash()
		}
	case 4, 5:
		h := l.hash()
		require.Equal(l.t, l.now.touch(h, l.walk), l.set.Touch(h, l.walk))
	default:
		for range 1 + l.rng.IntN(40) {
			h, hour := l.hash(), l.hour-l.rng.Int64N(10)
			l.now.add(hour, h, l.walk)
			l.set.Add(hour, h, l.walk)
			l.added[h] = true
		}
	}
}

func (l *life) evict() {
	was := l.now.clone()
	want, got := l.now.evict(l.evictHour, l.walk), l.set.Evict(l.evictHour, l.walk)
	if l.crashes {
		require.GreaterOrEqual(l.t, got, want)
	} else {
		require.Equal(l.t, want, got)
	}
	for h := range was.hours {
		if _, still := l.now.hours[h]; !still {
			l.gone[h] = true
		}
	}
}

// commit stores all or the first writes of a change. The state is what counts: with it the change is stored.
func (l *life) commit(steps int) {
	c := l.set.Pending()
	whole := l.disk.store(l.t, c, steps)
	if !whole && steps <= len(c.Put) {
		return
	}
	l.committed, l.before = l.now.clone(), l.evictHour
	maps.Copy(l.stored, l.added)
	if whole {
		l.set.Committed(c)
	}
}

// crash loses everything after the last stored state, sometimes in the middle of a commit.
func (l *life) crash() {
	if l.rng.IntN(2) == 0 {
		l.commit(l.rng.IntN(5))
	}
	l.set = l.disk.restore(l.t, Settings{Key: testKey})
	l.now, l.evictHour, l.added = l.committed.clone(), l.before, map[uint64]bool{}
	for h := range l.now.hours {
		require.True(l.t, l.set.Seen(h), "a committed uid is known after a crash")
	}
	for _, h := range l.given {
		if !l.stored[h] && l.set.Seen(h) {
			l.t.Fatalf("hash %#x was not committed, and is known after a crash", h)
		}
	}
	l.evict()
}

func (l *life) check() {
	for _, h := range l.given {
		_, known := l.now.hours[h]
		if (known || !l.gone[h]) && known != l.set.Seen(h) { // require costs too much here
			l.t.Fatalf("hash %#x: the model says %v", h, known)
		}
	}
	if !l.crashes { // evicted hours may be back after a crash
		require.Equal(l.t, len(l.now.hours), l.set.Len())
	}
	l.set.checkInvariants(l.t)
}

func TestASetIsItsModel(t *testing.T) {
	seeds := uint64(100)
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			l := newLife(t, seed)
			for i := range 400 {
				l.step()
				if i%40 == 0 {
					l.check()
				}
			}
			l.check()
		})
	}
}

// With too little room and too many hours the set may know less, but what it forgot lies before the cut, and it never
// claims to know what it was not given.
func TestAFullSetForgetsOnlyBeforeItsCut(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		limit := 50 + rng.IntN(2000)
		s, d, m := newTestSet(limit), newDisk(), newModel()
		worstCut := int64(-1 << 40)
		for i := range 4000 {
			hour := int64(i/3) - rng.Int64N(400)
			h := rng.Uint64()
			m.add(hour, h, 1)
			s.Add(hour, h, 1)
			if cut, ok := s.CutBefore(); ok {
				worstCut = max(worstCut, cut)
			}
			require.LessOrEqual(t, s.Len(), limit)
			require.False(t, s.Seen(rng.Uint64()))
			if i%97 == 0 {
				commit(t, d, s)
			}
			if i%501 == 0 {
				commit(t, d, s)
				s = d.restore(t, Settings{Key: testKey, MaxUIDs: limit})
			}
		}
		for h, hour := range m.hours {
			if hour >= worstCut {
				require.True(t, s.Seen(h))
			}
		}
		s.checkInvariants(t)
	}
}

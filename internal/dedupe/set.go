// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

// DefaultMaxUIDs is used when Settings name none: about 9 MiB.
const DefaultMaxUIDs = 1_000_000

// Settings of a Set.
type Settings struct {
	Key     Key
	MaxUIDs int // uids remembered at most; 0 or less = DefaultMaxUIDs
}

// Set is the uids delivered so far, as hashes. Hours are hours of event time since 1970; a record without a usable time is
// filed under an hour that the caller chooses. Walks are numbered upwards. A Set is not safe for concurrent use.
type Set struct {
	settings  Settings
	tables    []table // nil until the first Add: idle sources cost nothing
	buckets   buckets
	live      int    // entries in live buckets
	dead      int    // entries in dropped buckets
	walk      uint64 // highest walk number met
	cut       int64
	forgotten uint64
	store     ledger
}

// NewSet returns an empty set.
func NewSet(s Settings) *Set {
	if s.MaxUIDs <= 0 {
		s.MaxUIDs = DefaultMaxUIDs
	}
	return &Set{settings: s, store: newLedger()}
}

// Hash is the hash under which the set knows a uid.
func (s *Set) Hash(uid string) uint64 { return s.settings.Key.Hash(uid) }

// Len is the number of uids remembered.
func (s *Set) Len() int { return s.live }

// Seen reports whether the hash was added, under whichever hour.
func (s *Set) Seen(h uint64) bool {
	return s.find(h) != 0
}

// Touch is Seen, and marks the bucket that holds the hash as met by the walk.
func (s *Set) Touch(h, walk uint64) bool {
	slot := s.find(h)
	if slot == 0 {
		return false
	}
	s.mark(slot, walk)
	return true
}

// Add remembers the hash under an hour and marks its bucket as met by the walk. A hash that is there already keeps its hour.
// When the set is full the oldest bucket is dropped, or the hash is not taken in if it is older than all buckets; both raise
// CutBefore.
func (s *Set) Add(hour int64, h, walk uint64) {
	if s.Touch(h, walk) {
		return
	}
	if s.add(hour, h, walk) {
		s.store.pending = append(s.store.pending, item{hour: hour, hash: h})
	}
}

// add remembers a hash that is in no live bucket.
func (s *Set) add(hour int64, h, walk uint64) bool {
	if !s.makeRoom(hour) {
		return false
	}
	slot := s.slotFor(hour)
	s.mark(slot, walk)
	s.buckets.slots[slot].count++
	s.live++
	if s.tables == nil {
		s.tables = make([]table, tables)
	}
	t, entry := &s.tables[tableOf(h)], h<<slotBits|uint64(slot)
	if i, found := t.find(entry); found { // of a dropped bucket
		t.cells[i] = entry
		s.dead--
		return true
	}
	t.insert(entry)
	return true
}

// Evict drops the buckets whose hours are all before the given one and that neither this walk nor the one before has met. It
// returns how many uids were dropped. Once before has reached CutBefore, nothing is cut any more.
func (s *Set) Evict(before int64, walk uint64) (evicted int) {
	s.walk = max(s.walk, walk)
	if before >= s.cut {
		s.cut = 0
	}
	for i := 0; i < len(s.buckets.order); {
		b := &s.buckets.slots[s.buckets.order[i]]
		if b.last >= before {
			break
		}
		if b.walk+1 >= walk {
			i++
			continue
		}
		evicted += s.drop(i).count
	}
	return evicted
}

// CutBefore tells up to which hour (exclusive) the set had to forget uids for lack of room: of events before it, the set can
// no longer vouch that what is not in it was not delivered. cut = false when nothing was forgotten.
func (s *Set) CutBefore() (hour int64, cut bool) { return s.cut, s.cut != 0 }

// Forgotten counts the uids that were dropped or refused for lack of room since the set was made.
func (s *Set) Forgotten() uint64 { return s.forgotten }

// find returns the slot of the hash; 0 = it is in no live bucket.
func (s *Set) find(h uint64) uint8 {
	if s.tables == nil {
		return 0
	}
	t := &s.tables[tableOf(h)]
	i, found := t.find(h << slotBits)
	if !found {
		return 0
	}
	slot := uint8(t.cells[i] & slotMask)
	if !s.buckets.slots[slot].live {
		return 0
	}
	return slot
}

func (s *Set) mark(slot uint8, walk uint64) {
	s.walk = max(s.walk, walk)
	if b := &s.buckets.slots[slot]; b.walk < walk {
		b.walk = walk
	}
}

// makeRoom keeps the set within its limit. It returns false if the hour is the one to be forgotten.
func (s *Set) makeRoom(hour int64) bool {
	for s.live >= s.settings.MaxUIDs {
		if hour < s.buckets.slots[s.buckets.order[0]].first {
			s.cut = max(s.cut, hour+1)
			s.forgotten++
			return false
		}
		dropped := s.drop(0)
		s.cut = max(s.cut, dropped.last+1)
		s.forgotten += uint64(dropped.count)
	}
	return true
}

// drop forgets the i-th oldest bucket. Its entries go in the next sweep through the tables, which waits until it is worth it.
func (s *Set) drop(i int) bucket {
	dropped := s.buckets.drop(i)
	s.live -= dropped.count
	s.dead += dropped.count
	if s.dead > s.live/8+tables {
		s.sweep()
	}
	return dropped
}

func (s *Set) sweep() {
	to := s.buckets.buried()
	s.relabel(&to)
	s.dead = 0
}

// slotFor returns the bucket of the hour, a new one if need be.
func (s *Set) slotFor(hour int64) uint8 {
	if slot := s.buckets.lookup(hour); slot != 0 {
		return slot
	}
	slot, ok := s.buckets.open(hour)
	for !ok {
		if len(s.buckets.dead) > 0 {
			s.sweep()
		} else {
			to := s.buckets.coarsen()
			s.relabel(&to)
		}
		if slot = s.buckets.lookup(hour); slot != 0 {
			return slot // joined neighbours have closed over it
		}
		slot, ok = s.buckets.open(hour)
	}
	return slot
}

func (s *Set) relabel(to *[tables]uint8) {
	for i := range s.tables {
		s.tables[i].relabel(to)
	}
}

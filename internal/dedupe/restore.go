// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import "errors"

// ErrKey says that a stored set belongs to another key, so that none of its hashes means anything.
var ErrKey = errors.New("the delivered uids were stored under another key")

// Restore makes the set that a state and its chunks describe; chunks are binary forms by id. A chunk that is missing or
// damaged is left out and returned in lost: its uids are unknown to the set, so that events of these hours may be delivered
// once more if they are read again. The next change deletes it. The only error is ErrKey.
//
// Hours that were evicted before the state was stored may be back, since chunks are dropped only whole; the next Evict drops
// them again.
func Restore(settings Settings, st State, chunks map[uint64][]byte) (s *Set, lost []Meta, err error) {
	s = NewSet(settings)
	if st.KeyCheck != 0 && st.KeyCheck != settings.Key.check() {
		return nil, nil, ErrKey
	}
	l := &s.store
	l.nextID = max(l.nextID, st.NextID)
	for _, m := range st.Chunks {
		var c Chunk
		if data, ok := chunks[m.ID]; !ok || c.UnmarshalBinary(data) != nil || c.Meta() != m {
			lost = append(lost, m)
			l.lost = append(l.lost, m.ID)
			continue
		}
		s.adopt(c)
		l.keep(c)
		l.chunks = append(l.chunks, m)
		l.nextID = max(l.nextID, m.ID+1)
	}
	s.cut = max(s.cut, st.Cut)
	s.forgotten = 0
	for _, span := range st.Touched {
		s.walk = max(s.walk, span.Walk)
		for _, slot := range s.buckets.order {
			if b := &s.buckets.slots[slot]; b.first <= span.To && b.last >= span.From {
				b.walk = max(b.walk, span.Walk)
			}
		}
	}
	return s, lost, nil
}

// adopt adds the uids of a chunk, met by no walk.
func (s *Set) adopt(c Chunk) {
	for _, g := range c.groups {
		for _, h := range g.hashes {
			if !s.Seen(h) {
				s.add(g.hour, h, 0)
			}
		}
	}
}

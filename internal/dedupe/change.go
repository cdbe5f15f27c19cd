// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import "slices"

// State is what a set needs besides its chunks to be restored. It is small, and is stored together with the position of the
// source.
type State struct {
	Chunks   []Meta `json:"chunks,omitempty"`
	NextID   uint64 `json:"next_id,omitempty"`
	Touched  []Span `json:"touched,omitempty"` // hours met in the last two walks, ascending
	Cut      int64  `json:"cut,omitempty"`     // see Set.CutBefore; 0 = nothing was forgotten
	KeyCheck uint64 `json:"key_check,omitempty"`
}

// Span is a run of hours, both inclusive, and the walk that met them last.
type Span struct {
	From int64  `json:"from"`
	To   int64  `json:"to"`
	Walk uint64 `json:"walk"`
}

// Change is one step from the stored set to the present one: chunks to write, chunks that the new state doesn't name any
// more, the new state. Whatever the order of the writes, each state finds its chunks as long as Put is written before the
// state and Drop is deleted after it.
type Change struct {
	Put   []Chunk
	Drop  []uint64
	State State

	taken int // pending items that Put contains
	turn  int // of the ledger
}

// ledger knows what is stored.
type ledger struct {
	pending []item // added since the last commit
	chunks  []Meta // stored
	nextID  uint64
	small   map[uint64]Chunk // the contents of those that will be merged
	lost    []uint64         // stored but of no use, see Restore
	turn    int              // changes committed
}

func newLedger() ledger { return ledger{small: map[uint64]Chunk{}, nextID: 1} }

// Pending returns the change since the last Committed. It alters nothing: if the change can't be stored, the next Pending
// returns it again together with what came after, under the same ids.
func (s *Set) Pending() Change {
	l := &s.store
	c := Change{taken: len(l.pending), turn: l.turn}
	fresh := s.alive(slices.Clone(l.pending))
	metas := slices.Clone(l.chunks)
	if len(fresh) > 0 {
		metas = append(metas, Meta{ID: l.nextID, Count: len(fresh)})
	}
	merge, drop := Plan(metas, func(m Meta) bool { return m.ID == l.nextID || s.buckets.overlaps(m.MinHour, m.MaxHour) })
	for _, id := range merge {
		if id != l.nextID {
			fresh = l.small[id].items(fresh)
			drop = append(drop, id)
		}
	}
	c.Put = chunksOf(s.alive(fresh), l.nextID)
	c.Drop = append(drop, l.lost...)
	c.State = s.state(l, c)
	return c
}

// Committed tells the set that the change of the latest Pending is stored, or is certain to be. What was added since that
// Pending stays pending. A change that is not the latest is ignored.
func (s *Set) Committed(c Change) {
	l := &s.store
	if c.turn != l.turn {
		return
	}
	l.turn++
	l.pending = slices.Delete(l.pending, 0, c.taken)
	if cap(l.pending) > 4096 && len(l.pending) == 0 {
		l.pending = nil
	}
	for _, id := range c.Drop {
		delete(l.small, id)
	}
	for _, chunk := range c.Put {
		l.keep(chunk)
	}
	l.chunks, l.nextID, l.lost = c.State.Chunks, c.State.NextID, nil
}

// keep holds a chunk in memory that a later change will merge. There are few: see Plan.
func (l *ledger) keep(c Chunk) {
	if tier(c.Meta()) < tiers {
		l.small[c.ID] = c
	}
}

// alive filters out the items whose hours were dropped.
func (s *Set) alive(items []item) []item {
	return slices.DeleteFunc(items, func(it item) bool { return s.buckets.lookup(it.hour) == 0 })
}

func (s *Set) state(l *ledger, c Change) State {
	st := State{NextID: l.nextID, Touched: s.touched(), Cut: s.cut, KeyCheck: s.settings.Key.check()}
	for _, m := range l.chunks {
		if !slices.Contains(c.Drop, m.ID) {
			st.Chunks = append(st.Chunks, m)
		}
	}
	for _, chunk := range c.Put {
		st.Chunks = append(st.Chunks, chunk.Meta())
		st.NextID = chunk.ID + 1
	}
	return st
}

// touched lists the hours that Evict would spare at the next walk. Neighbours of one walk are one span.
func (s *Set) touched() []Span {
	var spans []Span
	joined := false
	for _, slot := range s.buckets.order {
		b := &s.buckets.slots[slot]
		if b.walk+1 < s.walk {
			joined = false
			continue
		}
		if last := len(spans) - 1; joined && spans[last].Walk == b.walk {
			spans[last].To = b.last
			continue
		}
		spans = append(spans, Span{From: b.first, To: b.last, Walk: b.walk})
		joined = true
	}
	return spans
}

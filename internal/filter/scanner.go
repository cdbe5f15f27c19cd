// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

// scanner finds which of many literals occur in a text, case-folded ones included, in one pass that looks at a few bytes and
// then skips some.
//
// With q bytes looked at and every literal at least stride+q-1 bytes long, whichever way a literal lies in the text, one of
// the positions 0, stride, 2*stride ... falls on one of its first stride q-grams (or those of any window of that length). So
// it is enough to know these grams, and to look only at these positions. Unlike skip tables of the Boyer-Moore kind the next
// position doesn't depend on the bytes at this one, which keeps the processor busy: about 1 ns per step.
type scanner struct {
	stride int    // bytes between the positions looked at; 0 = no literals
	size   int    // q, bytes looked at: 2 or 3
	mask   uint32 // the low q bytes
	table  [tableSize]uint16
	grams  []gram   // ordered by slot
	texts  []wanted // the literals
}

const (
	tableBits = 12
	tableSize = 1 << tableBits
	maxStride = 16
	fold      = 0x20202020 // sets the bit that tells lower case from upper; merges some other bytes too, which is harmless
)

// gram is one place of one literal. table[slot] is the number of the first gram of the slot, plus one.
type gram struct {
	slot   uint16
	text   uint16
	offset uint16
}

// wanted is a literal and the clause that it fulfils.
type wanted struct {
	literal
	clause uint16
}

// hits is the set of clauses found.
type hits [maxClauses / 64]uint64

func (h *hits) has(clause uint16) bool { return h[clause>>6]&(1<<(clause&63)) != 0 }
func (h *hits) add(clause uint16)      { h[clause>>6] |= 1 << (clause & 63) }

func slotOf(bytes, mask uint32) uint32 {
	return ((bytes | fold) & mask) * 0x9e3779b1 >> (32 - tableBits)
}

// find adds the clauses that have a literal in the text.
func (s *scanner) find(text string, found *hits) {
	if s.stride == 0 {
		return
	}
	i, stride, mask := 0, s.stride, s.mask
	for ; i+4 <= len(text); i += stride {
		bytes := uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16 | uint32(text[i+3])<<24
		if first := s.table[slotOf(bytes, mask)]; first != 0 {
			s.compare(text, i, int(first)-1, found)
		}
	}
	for ; i+s.size <= len(text); i += stride {
		var bytes uint32
		for j := s.size - 1; j >= 0; j-- {
			bytes = bytes<<8 | uint32(text[i+j])
		}
		if first := s.table[slotOf(bytes, mask)]; first != 0 {
			s.compare(text, i, int(first)-1, found)
		}
	}
}

// compare tries the literals that have a gram in the slot of the gram at position i.
func (s *scanner) compare(text string, i, first int, found *hits) {
	slot := s.grams[first].slot
	for _, g := range s.grams[first:] {
		if g.slot != slot {
			return
		}
		w := &s.texts[g.text]
		start := i - int(g.offset)
		if start < 0 || start+len(w.text) > len(text) || found.has(w.clause) {
			continue
		}
		if w.equals(text[start : start+len(w.text)]) {
			found.add(w.clause)
		}
	}
}

// equals compares a text of the same length.
func (l *literal) equals(text string) bool {
	if !l.fold {
		return text == l.text
	}
	for i := 0; i < len(l.text) && i < len(text); i++ {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != l.text[i] {
			return false
		}
	}
	return true
}

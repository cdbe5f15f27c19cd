// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import "math/bits"

// An entry is one remembered uid in eight bytes: the low 56 bits of its hash, and in the low byte the slot of its bucket.
// The high 8 bits of the hash are the number of the table that holds it, so that the whole hash is compared. Slot 0 is not
// used: a zero cell is empty.
const (
	slotBits  = 8
	tables    = 1 << slotBits
	slotMask  = tables - 1
	maxBucket = tables - 1
)

func tableOf(h uint64) uint64 { return h >> (64 - slotBits) }

// table is a sorted array with empty cells in it: linear probing that keeps the order of the entries. Because hashes are
// spread evenly, an entry's place can be computed (home) and is a few cells off at most; and because the order is kept, a
// table grows in one sequential pass, by a small step, which is what makes it dense.
//
// Invariants: entries are in ascending order; each is at its home cell or after it; no cell between the two is empty.
type table struct {
	cells []uint64
	count int32
	spare int32 // cells at the end that are nobody's home, for entries that are pushed to the right
}

// Density. More cells full means less memory and longer walks: at 0.92 an insertion moves about 80 entries (0.1 us).
const (
	fullAt    = 0.92
	growBy    = 1.08
	growLeast = 8 // cells
)

// home is the cell where an entry belongs.
func (t *table) home(entry uint64) int {
	i, _ := bits.Mul64(entry&^slotMask, uint64(len(t.cells)-int(t.spare)))
	return int(i)
}

// find returns the cell that holds the entry's hash, or where it would have to be inserted.
func (t *table) find(entry uint64) (i int, found bool) {
	if len(t.cells) == 0 {
		return 0, false
	}
	hash := entry >> slotBits
	for i = t.home(entry); i < len(t.cells); i++ {
		cell := t.cells[i]
		if cell>>slotBits >= hash || cell == 0 {
			return i, cell != 0 && cell>>slotBits == hash
		}
	}
	return i, false
}

// insert adds an entry whose hash is not there.
func (t *table) insert(entry uint64) {
	if float64(t.count+1) > fullAt*float64(len(t.cells)) {
		t.resize(max(int(growBy*float64(len(t.cells))), len(t.cells)+growLeast), 0)
	}
	for !t.place(entry) {
		t.resize(len(t.cells)+growLeast, 2*int(t.spare)+1)
	}
	t.count++
}

// place puts the entry into its cell and pushes the entries there to the right, up to the next empty cell. It changes
// nothing and returns false if there is none.
func (t *table) place(entry uint64) bool {
	i, _ := t.find(entry)
	free := i
	for free < len(t.cells) && t.cells[free] != 0 {
		free++
	}
	if free >= len(t.cells) {
		return false
	}
	copy(t.cells[i+1:free+1], t.cells[i:free])
	t.cells[i] = entry
	return true
}

// resize moves the entries into an array of at least size cells, with at least so many spare ones.
func (t *table) resize(size, spare int) {
	old := t.cells
	for {
		// append rounds up to what the allocator gives anyway.
		cells := append([]uint64(nil), make([]uint64, size)...)
		t.cells = cells[:cap(cells)]
		spare = max(spare, min(len(t.cells)/32+3, 256))
		t.spare = int32(min(spare, len(t.cells)-1))
		if t.refill(old) {
			return
		}
		// Crowded at the end, which chance doesn't do. As many spare cells as entries are always enough.
		size += spare
		spare *= 2
	}
}

// refill writes ascending entries into empty cells; false if they run over the end.
func (t *table) refill(entries []uint64) bool {
	next := 0
	for _, entry := range entries {
		if entry == 0 {
			continue
		}
		i := max(t.home(entry), next)
		if i >= len(t.cells) {
			return false
		}
		t.cells[i] = entry
		next = i + 1
	}
	return true
}

// relabel gives every entry the slot that to has for its own, and drops it where that is 0. Entries only move left, so one
// pass in place does.
func (t *table) relabel(to *[tables]uint8) {
	next := 0
	for i, entry := range t.cells {
		if entry == 0 {
			continue
		}
		t.cells[i] = 0
		slot := to[entry&slotMask]
		if slot == 0 {
			t.count--
			continue
		}
		at := max(t.home(entry), next)
		t.cells[at] = entry&^slotMask | uint64(slot)
		next = at + 1
	}
	if t.count == 0 {
		t.cells = nil
	} else if len(t.cells) > 4*growLeast && int(t.count) < len(t.cells)/2 {
		t.resize(int(growBy/fullAt*float64(t.count))+growLeast, 0)
	}
}

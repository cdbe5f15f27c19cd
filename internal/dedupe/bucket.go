// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"cmp"
	"slices"
)

// bucket is the uids of one hour of event time, or of several when there are more hours than slots.
type bucket struct {
	first, last int64  // hours, inclusive
	walk        uint64 // that met one of its uids last
	count       int
	live        bool
}

// buckets hands out the slots.
type buckets struct {
	slots  []bucket // by slot; slot 0 is not used
	order  []uint8  // live slots by hour
	free   []uint8  // slots that no entry has
	dead   []uint8  // slots that were dropped and that entries still have
	latest uint8    // the slot that lookup found last: records come in runs
}

// lookup returns the slot whose hours contain the hour, 0 if none does.
func (b *buckets) lookup(hour int64) uint8 {
	if int(b.latest) < len(b.slots) {
		if bk := &b.slots[b.latest]; bk.live && bk.first <= hour && hour <= bk.last {
			return b.latest
		}
	}
	i, found := b.search(hour)
	if !found {
		return 0
	}
	b.latest = b.order[i]
	return b.latest
}

func (b *buckets) search(hour int64) (int, bool) {
	return slices.BinarySearchFunc(b.order, hour, func(slot uint8, hour int64) int {
		if bk := &b.slots[slot]; bk.last < hour || bk.first > hour {
			return cmp.Compare(bk.first, hour)
		}
		return 0
	})
}

// overlaps reports whether a live bucket has one of these hours.
func (b *buckets) overlaps(first, last int64) bool {
	i, found := b.search(first)
	return found || i < len(b.order) && b.slots[b.order[i]].first <= last
}

// open makes a bucket for the hour, which has none. ok = false if no slot is free.
func (b *buckets) open(hour int64) (slot uint8, ok bool) {
	switch {
	case len(b.free) > 0:
		slot = b.free[len(b.free)-1]
		b.free = b.free[:len(b.free)-1]
	case len(b.slots) == 0:
		b.slots = make([]bucket, 2, 8)
		slot = 1
	case len(b.slots) <= maxBucket:
		slot = uint8(len(b.slots))
		b.slots = append(b.slots, bucket{})
	default:
		return 0, false
	}
	b.slots[slot] = bucket{first: hour, last: hour, live: true}
	i, _ := b.search(hour)
	b.order = slices.Insert(b.order, i, slot)
	return slot, true
}

// drop takes the i-th oldest bucket out of use.
func (b *buckets) drop(i int) bucket {
	slot := b.order[i]
	dropped := b.slots[slot]
	b.slots[slot].live = false
	b.order = slices.Delete(b.order, i, i+1)
	b.dead = append(b.dead, slot)
	return dropped
}

// coarsen joins neighbours pairwise in the older half. The returned map says which slot stands for which from now on.
func (b *buckets) coarsen() (to [tables]uint8) {
	for i := range to {
		to[i] = uint8(i)
	}
	half := b.order[:len(b.order)/2]
	for i := 0; i+1 < len(half); i += 2 {
		older, newer := &b.slots[half[i]], &b.slots[half[i+1]]
		older.last = newer.last
		older.walk = max(older.walk, newer.walk)
		older.count += newer.count
		newer.live = false
		to[half[i+1]] = half[i]
		b.free = append(b.free, half[i+1])
	}
	b.order = slices.DeleteFunc(b.order, func(slot uint8) bool { return !b.slots[slot].live })
	return to
}

// buried makes the slots of dropped buckets free again. The returned map drops their entries.
func (b *buckets) buried() (to [tables]uint8) {
	for i := range to {
		to[i] = uint8(i)
	}
	for _, slot := range b.dead {
		to[slot] = 0
	}
	b.free = append(b.free, b.dead...)
	b.dead = b.dead[:0]
	return to
}

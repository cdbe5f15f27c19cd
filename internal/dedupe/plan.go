// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

// fanout is how many chunks of one tier are merged into one of the next.
const fanout = 4

// Plan says which stored chunks to write anew as one, and which to delete because live reports none of their hours alive.
//
// Chunks are tiered by size: less than 32 uids, 128, 512, 2048, 8192; larger ones are done with. As soon as a tier holds four
// chunks, these and all smaller ones are merged, which lifts every uid by a tier at least (uids of dropped hours excepted).
// So a uid is written once when it is new and about once per tier, whatever the size of the set, and there are never more
// than three chunks per tier.
func Plan(metas []Meta, live func(Meta) bool) (merge, drop []uint64) {
	var inTier [tiers]int
	top := -1
	for _, m := range metas {
		if !live(m) {
			drop = append(drop, m.ID)
			continue
		}
		t := tier(m)
		if t == tiers {
			continue
		}
		if inTier[t]++; inTier[t] >= fanout {
			top = max(top, t)
		}
	}
	if top < 0 {
		return nil, drop
	}
	for _, m := range metas {
		if tier(m) <= top && live(m) {
			merge = append(merge, m.ID)
		}
	}
	return merge, drop
}

const tiers = 5

// tier is tiers for a full chunk.
func tier(m Meta) int {
	t := 0
	for size := fullChunk >> (2 * (tiers - 1)); m.Count >= size && t < tiers; size *= fanout {
		t++
	}
	return t
}

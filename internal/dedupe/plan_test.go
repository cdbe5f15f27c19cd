// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func alwaysLive(Meta) bool { return true }

func metasOf(counts ...int) []Meta {
	var metas []Meta
	for i, n := range counts {
		metas = append(metas, Meta{ID: uint64(i + 1), Count: n, MaxHour: int64(i)})
	}
	return metas
}

func TestPlan(t *testing.T) {
	for name, tc := range map[string]struct {
		metas []Meta
		live  func(Meta) bool
		merge []uint64
		drop  []uint64
	}{
		"nothing is nothing to do":                      {},
		"three of a tier stay":                          {metas: metasOf(1, 1, 1)},
		"four of a tier are merged":                     {metas: metasOf(1, 5, 10, 31), merge: []uint64{1, 2, 3, 4}},
		"different tiers stay":                          {metas: metasOf(1, 40, 200, 1000, 5000)},
		"smaller ones go along":                         {metas: metasOf(3, 100, 100, 100, 100, 600), merge: []uint64{1, 2, 3, 4, 5}},
		"the largest full tier decides":                 {metas: metasOf(1, 1, 1, 1, 600, 600, 600, 600, 9000), merge: []uint64{1, 2, 3, 4, 5, 6, 7, 8}},
		"full chunks are left alone":                    {metas: metasOf(9000, 9000, 9000, 9000, 9000)},
		"dead chunks are dropped whatever their size":   {metas: metasOf(9000, 1, 9000), live: func(m Meta) bool { return m.MaxHour > 1 }, drop: []uint64{1, 2}},
		"dead chunks are not merged and count for none": {metas: metasOf(1, 1, 1, 1), live: func(m Meta) bool { return m.MaxHour > 0 }, drop: []uint64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.live == nil {
				tc.live = alwaysLive
			}
			merge, drop := Plan(tc.metas, tc.live)
			assert.Equal(t, tc.merge, merge)
			assert.Equal(t, tc.drop, drop)
		})
	}
}

// Plan alone, without a set: however the sizes come, the work is n log n and few chunks are left.
func TestPlanIsAmortized(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var metas []Meta
	added, written, id := 0, 0, uint64(1)
	for range 20_000 {
		n := 1 + rng.IntN(1<<rng.IntN(11))
		metas = append(metas, Meta{ID: id, Count: n})
		id++
		added += n
		written += n
		merge, _ := Plan(metas, alwaysLive)
		if merge == nil {
			continue
		}
		sum := 0
		metas = slices.DeleteFunc(metas, func(m Meta) bool {
			if slices.Contains(merge, m.ID) {
				sum += m.Count
				return true
			}
			return false
		})
		metas = append(metas, Meta{ID: id, Count: sum})
		id++
		written += sum
	}
	t.Logf("written %.2f times, %d chunks for %d uids", float64(written)/float64(added), len(metas), added)
	assert.Less(t, written, (tiers+2)*added)
	assert.Less(t, len(metas), added/fullChunk+fanout*tiers)
	merge, _ := Plan(metas, alwaysLive)
	require.Empty(t, merge, "one plan is enough")
}

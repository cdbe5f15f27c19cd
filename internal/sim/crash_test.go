// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestCrashPoints kills the collector at every boundary of its ports, and in each
// of these cases once more at every boundary of the recovery. Nothing may be
// lost, and no more repeated than the pages in flight.
func TestCrashPoints(t *testing.T) {
	var mu sync.Mutex
	hits, worlds := Coverage{}, 0
	t.Run("scenarios", func(t *testing.T) {
		for name := range fixed {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := crashes{t: t, name: name, hits: Coverage{}}
				c.all()
				mu.Lock()
				defer mu.Unlock()
				hits.add(c.hits)
				worlds += c.worlds
			})
		}
	})
	for _, cp := range []string{"CP1", "CP2", "CP3", "CP4", "CP5", "CP6"} {
		assert.Positive(t, hits[cp], "%s was never tried", cp)
	}
	t.Logf("%d worlds in %d scenarios, kills at %v", worlds, len(fixed), hits)
}

// crashes tries the crash points of one scenario.
type crashes struct {
	t      *testing.T
	name   string
	hits   Coverage
	worlds int
}

// inShort is the part of the pairs that a short run tries: every so many.
const inShort = 41

func (c *crashes) all() {
	for n := 0; ; n++ {
		struck, then := c.kill(n, -1)
		if !struck {
			return
		}
		step := 1
		if testing.Short() {
			step = inShort
		}
		for m := n % step; m < then; m += step {
			c.kill(n, m)
		}
	}
}

// kill runs the world with a kill at the n-th boundary, and with a second one at
// the m-th boundary after it. It tells whether there was an n-th one, and how
// many came after it.
func (c *crashes) kill(n, m int) (struck bool, then int) {
	s := makeFixed(c.name)
	count, second := 0, -1
	s.Killer = func(int, boundary) bool {
		switch {
		case !struck:
			struck = count == n
			count++
			return struck
		case second < m || m < 0:
			second++
			return second == m
		default:
			return false
		}
	}
	report := run(c.t, s)
	c.worlds++
	for _, cp := range []string{"CP1", "CP2", "CP3", "CP4", "CP5", "CP6"} {
		c.hits[cp] += report.Coverage[cp]
	}
	assert.Empty(c.t, report.Violations, "%s: kills at the boundaries %d and %d", c.name, n, m)
	return struck, second + 1
}

// TestFixed lets the small worlds be, and in one of them rows vanish between the
// pages of a walk (F09).
func TestFixed(t *testing.T) {
	for name := range fixed {
		assert.Empty(t, run(t, makeFixed(name)).Violations, name)
	}
	for at := range 60 {
		s := makeFixed("windows by offset into which rows drift")
		s.Vendor.latency, s.Strict = 2*time.Second, true
		s.Log[6].deleted = time.Duration(at+1) * 100 * time.Millisecond
		assert.Empty(t, run(t, s).Violations, "row 6 is deleted at %v", s.Log[6].deleted)
	}
}

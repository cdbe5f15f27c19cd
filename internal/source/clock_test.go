// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

func TestTheVendorsClock(t *testing.T) {
	ours := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	times := func(n int, off ...time.Duration) (all []time.Duration) {
		for range n {
			all = append(all, off...)
		}
		return all
	}
	for name, c := range map[string]struct {
		offs              []time.Duration
		usual, forCertain time.Duration
	}{
		"no answer: ours":                                 {nil, 0, 0},
		"one answer ahead is not believed":                {times(1, time.Hour), 0, 0},
		"one answer behind is":                            {times(1, -time.Hour), -time.Hour, -time.Hour},
		"two that agree are, for what to ask":             {times(2, time.Hour), time.Hour, 0},
		"all ahead: certain after many":                   {times(16, time.Hour), time.Hour, time.Hour},
		"one machine of four is years ahead":              {times(4, 0, 0, 0, 9000*time.Hour), 0, 0},
		"one machine of four is behind":                   {times(4, 0, 0, 0, -time.Hour), 0, -time.Hour},
		"what differs by less than the precision is none": {times(16, time.Second), 0, 0},
		"what was wrong long ago is forgotten":            {append(times(16, -time.Hour), times(16, 0)...), 0, 0},
		"a first answer of another century":               {times(1, -200000*time.Hour), -200000 * time.Hour, -200000 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			var k clock
			for _, off := range c.offs {
				k.learn(ours.Add(off), ours, ours)
			}
			assert.Equal(t, c.usual, k.at(ours).Sub(ours))
			assert.Equal(t, c.forCertain, k.reached(ours).Sub(ours))
			var again clock
			again.recall(k.ahead)
			assert.Equal(t, k.at(ours), again.at(ours), "over a restart")
		})
	}
}

// TestAWrongDateMovesNothing: a source that has not delivered anything yet gets
// answers of a machine whose clock is ahead. It reads what comes after them.
func TestAWrongDateMovesNothing(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"an hour": time.Hour, "years": 30000 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now().UTC()
				log := minutely(60, begin.Add(20*time.Minute), time.Minute)
				r := &rig{}
				r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
					res := pageOf(end(""), shown(log, ask)...)
					if n := len(r.asks); n > 10 && n < 16 {
						res.Date = res.Date.Add(wrong)
					}
					return res, nil
				}
				set := defaults()
				set.Window.HasEnd, set.Window.Size, set.Paging.Type = true, 30*time.Minute, paging.None
				set.Retention = 24 * time.Hour
				require.NoError(t, r.run(t, set, 2*time.Hour))
				assertEachOnce(t, r.delivered, 60)
				assert.Empty(t, r.gaps)
			})
		})
	}
}

func TestADifferenceOfClocksIsToldOnce(t *testing.T) {
	for ahead, want := range map[time.Duration]int{0: 0, 20 * time.Second: 0, time.Minute: 1, -time.Hour: 1} {
		synctest.Test(t, func(t *testing.T) {
			r := &rig{}
			r.fetch = func(fetch.Ask) (fetch.Result, error) {
				res := pageOf(end(""))
				res.Date = res.Date.Add(ahead)
				return res, nil
			}
			require.NoError(t, r.run(t, defaults(), time.Hour))
			assert.Equal(t, want, r.noticed(ClockDiffers), ahead)
		})
	}
}

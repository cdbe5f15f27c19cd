// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestThePreviousGenerationIsAtMostSoManyWritesOld(t *testing.T) {
	for _, every := range []int{1, 3, 10} {
		t.Run(fmt.Sprint(every), func(t *testing.T) {
			sim := s3sim.New(testBucket)
			c := newReplica(t, sim, func(c *Config) { c.PreviousEvery = every }).client(t)
			for i := range 50 {
				set(t, c, "k", fmt.Sprint(i))
				newest, previous := stored(t, sim, mainKey), stored(t, sim, prevKey)
				require.Less(t, previous.Generation, newest.Generation)
				require.LessOrEqual(t, newest.Generation-previous.Generation, uint64(every))
			}
			assert.InDelta(t, 50/every, sim.Count(http.MethodPut, prevKey), 2)
		})
	}
}

func TestATakeoverKeepsWhatItTookOver(t *testing.T) {
	sim := s3sim.New(testBucket)
	set(t, newReplica(t, sim).client(t), "k", "one")
	assert.Equal(t, "one", get(t, newReplica(t, sim).client(t), "k"))
	assert.Equal(t, []byte("one"), stored(t, sim, prevKey).Data["k"].Bytes)
}

func TestAFailureAtThePreviousGenerationFailsNoWrite(t *testing.T) {
	for name, faults := range map[string][]s3sim.Fault{
		"writes fail":    {{Effect: s3sim.SlowDown, Method: http.MethodPut}},
		"reads fail":     {{Effect: s3sim.SlowDown, Method: http.MethodGet}},
		"both fail":      {{Effect: s3sim.SlowDown}},
		"denied":         {{Effect: s3sim.Deny}},
		"writes torn":    {{Effect: s3sim.Torn, Method: http.MethodPut}},
		"answers lost":   {{Effect: s3sim.ResetAfter, Method: http.MethodPut}},
		"always refused": {{Effect: s3sim.Answer, Method: http.MethodPut, Status: 412}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				set(t, newReplica(t, sim).client(t), "k", "zero")
				for _, f := range faults {
					f.Suffix, f.Count = previousSuffix, -1
					sim.Inject(f)
				}
				c := newReplica(t, sim, func(c *Config) { c.PreviousEvery = 1 }).client(t)
				for i := range 5 {
					set(t, c, "k", fmt.Sprint(i))
				}
				sim.Heal()
				set(t, c, "k", "5")
				set(t, c, "k", "6")
				assert.Equal(t, []byte("5"), stored(t, sim, prevKey).Data["k"].Bytes, "it is kept again")
			})
		})
	}
}

func TestTheHolderNoticesANewerOneAtThePreviousGenerationToo(t *testing.T) {
	sim := s3sim.New(testBucket)
	old := newReplica(t, sim, func(c *Config) { c.PreviousEvery = 1 }).client(t)
	set(t, old, "k", "one")
	young := newReplica(t, sim, func(c *Config) { c.PreviousEvery = 1 }).client(t)
	for i := range 3 {
		set(t, young, "k", fmt.Sprint(i))
	}
	require.ErrorIs(t, old.Set(t.Context(), "k", []byte("zombie")), ErrFenced)
	assert.Equal(t, young.Epoch(), stored(t, sim, prevKey).Epoch)
}

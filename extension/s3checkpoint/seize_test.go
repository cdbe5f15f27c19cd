// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestSeizeRespectsALeaseThatIsRenewed(t *testing.T) {
	for name, tc := range map[string]struct {
		dead, released, force bool
		takes                 bool
		atLeast, atMost       time.Duration
	}{
		"a holder that renews keeps it":                 {atMost: ttl},
		"a holder that died loses it after the ttl":     {dead: true, takes: true, atLeast: ttl * 2 / 3, atMost: ttl * 4 / 3},
		"a holder that ended gave it up":                {dead: true, released: true, takes: true},
		"force looks at nothing, so a holder is fenced": {force: true, takes: true},
		"force does not wait for a dead holder":         {dead: true, force: true, takes: true},
	} {
		// Whether the command line's configuration has a lease must not matter.
		for config, change := range map[string][]func(*Config){"with a lease": {withLease(ttl)}, "without": nil} {
			t.Run(name+", "+config, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					sim := s3sim.New(testBucket)
					p, first := newProcess(t, sim)
					holder := first.client(t)
					set(t, holder, "k", "one")
					if tc.released {
						require.NoError(t, holder.Close(t.Context()))
					}
					if tc.dead {
						p.pause()
						defer p.resume()
					}
					c := newReplica(t, sim, change...).client(t)
					start := time.Now()
					err := c.Seize(t.Context(), tc.force)
					assert.GreaterOrEqual(t, time.Since(start), tc.atLeast)
					assert.LessOrEqual(t, time.Since(start), tc.atMost)
					if tc.takes {
						require.NoError(t, err)
						assert.Equal(t, "one", get(t, c, "k"))
						set(t, c, "k", "two")
					} else {
						require.ErrorIs(t, err, ErrHeld)
						set(t, holder, "k", "two")
						assert.EqualValues(t, 1, stored(t, sim, mainKey).Epoch, "the holder goes on undisturbed")
					}
					if !tc.dead && tc.takes {
						require.ErrorIs(t, holder.Set(t.Context(), "k", []byte("zombie")), ErrFenced)
					}
					assertHistory(t, sim)
				})
			})
		}
	}
}

func TestInspectTellsWhetherTheWriterEndedInOrder(t *testing.T) {
	for name, change := range map[string][]func(*Config){"with a lease": {withLease(ttl)}, "without": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				released := func() bool {
					s, err := newReplica(t, sim).Inspect(t.Context(), component.KindReceiver, okta, "")
					require.NoError(t, err)
					return s.Released
				}
				c := newReplica(t, sim, change...).client(t)
				set(t, c, "k", "one")
				assert.False(t, released(), "it runs")
				require.NoError(t, c.Close(t.Context()))
				assert.True(t, released())
				assert.Equal(t, "one", get(t, newReplica(t, sim, change...).client(t), "k"))
				assert.False(t, released(), "the next one runs")
			})
		})
	}
}

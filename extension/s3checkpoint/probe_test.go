// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/metadata"
	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func start(t *testing.T, sim *s3sim.Server, change ...func(*Config)) error {
	t.Helper()
	base := simAWS(sim.Client())
	ext, err := newExtension(simConfig(change...), extensiontest.NewNopSettings(metadata.Type), &base)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, ext.Shutdown(t.Context())) })
	return ext.Start(t.Context(), componenttest.NewNopHost())
}

func TestAServerWithoutConditionsIsRefused(t *testing.T) {
	for name, mode := range map[string]s3sim.Mode{
		"it ignores them": {IgnoreConditions: true},
		"it rejects them": {RejectConditions: true},
	} {
		t.Run(name, func(t *testing.T) {
			sim := s3sim.New(testBucket)
			sim.SetMode(mode)
			err := start(t, sim)
			require.ErrorIs(t, err, ErrUnconditional)
			require.ErrorContains(t, err, "require_conditional_writes")
		})
	}
}

func TestAServerWithConditionsPassesAgainAndAgain(t *testing.T) {
	for _, mode := range []s3sim.Mode{{}, {MissingFails: true}, {NoList: true}} {
		sim := s3sim.New(testBucket)
		sim.SetMode(mode)
		for range 3 {
			require.NoError(t, start(t, sim))
		}
		assert.Equal(t, []string{"p/.s3checkpoint-probe.json"}, sim.Keys(testBucket))
		assert.Zero(t, sim.Count(http.MethodDelete, ""))
	}
}

func TestAServerWithoutConditionsMayBeUsedWithAWarning(t *testing.T) {
	for name, mode := range map[string]s3sim.Mode{
		"it ignores them": {IgnoreConditions: true},
		"it rejects them": {RejectConditions: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				sim.SetMode(mode)
				weak := func(c *Config) { c.RequireConditionalWrites = false }
				r := newReplica(t, sim, weak)
				assert.Len(t, r.logs.FilterLevelExact(zap.WarnLevel).All(), 1)
				old := r.client(t)
				set(t, old, "k", "one")
				set(t, old, "seen.1", chunk("1"))
				sim.Inject(s3sim.Fault{Effect: s3sim.ResetAfter, Method: http.MethodPut, Suffix: ".json"})
				set(t, old, "k", "two")

				// One replica after the other is as safe as ever.
				young := newReplica(t, sim, weak).client(t)
				assert.Equal(t, "two", get(t, young, "k"))
				require.ErrorIs(t, old.Set(t.Context(), "k", []byte("zombie")), ErrFenced)
				assert.Equal(t, chunk("1"), get(t, young, "seen.1"))
				sim.SetObject(testBucket, mainKey, nil)
				require.ErrorIs(t, young.Set(t.Context(), "k", []byte("three")), ErrGone)
			})
		})
	}
}

func TestAnOutageAtTheStartStopsOnlyTheSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		sim.SetMode(s3sim.Mode{IgnoreConditions: true})
		sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Count: -1})
		r := newReplica(t, sim)
		assert.NotEmpty(t, r.logs.FilterLevelExact(zap.WarnLevel).All())
		c := r.client(t)
		_, err := c.Get(t.Context(), "k")
		require.ErrorContains(t, err, "SlowDown")
		require.NotErrorIs(t, err, ErrUnconditional)
		sim.Heal()
		for range 2 {
			_, err = c.Get(t.Context(), "k")
			require.ErrorIs(t, err, ErrUnconditional, "the question was still open")
		}
		puts := sim.Count(http.MethodPut, "")
		_, err = c.Get(t.Context(), "k")
		require.ErrorIs(t, err, ErrUnconditional)
		assert.Equal(t, puts, sim.Count(http.MethodPut, ""), "an answer is remembered")
	})
}

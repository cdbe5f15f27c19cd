// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/otel/attribute"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestTheSecondReplicaTakesOverAndTheFirstStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		first, second := newReplica(t, sim), newReplica(t, sim)
		old := first.client(t)
		set(t, old, "k", "old")
		young := second.client(t)
		assert.Equal(t, "old", get(t, young, "k"))
		set(t, young, "k", "young")
		puts := sim.Count(http.MethodPut, ".json")

		err := old.Set(t.Context(), "k", []byte("zombie"))
		require.ErrorIs(t, err, ErrFenced)
		var typed *FencedError
		require.ErrorAs(t, err, &typed)
		assert.EqualValues(t, 1, typed.Epoch)
		assert.EqualValues(t, 2, typed.By)
		var marked interface{ Fenced() bool }
		require.True(t, errors.As(err, &marked) && marked.Fenced(), "a receiver finds it without importing this package")

		assert.Equal(t, []byte("young"), stored(t, sim, mainKey).Data["k"].Bytes)
		assert.Equal(t, componentstatus.StatusRecoverableError, first.host.last())
		assert.EqualValues(t, 1, first.sum(t, "otelcol_s3checkpoint_fenced", attribute.String("checkpoint", "receiver/restaudit/okta")))
		assert.Zero(t, first.gauge(t, "otelcol_s3checkpoint_held"))
		assert.EqualValues(t, 1, second.gauge(t, "otelcol_s3checkpoint_held"))
		assert.EqualValues(t, 2, second.gauge(t, "otelcol_s3checkpoint_epoch"))
		assert.EqualValues(t, 2, young.Epoch())

		for range 5 {
			_, err := old.Get(t.Context(), "k")
			require.ErrorIs(t, err, ErrFenced)
			require.ErrorIs(t, old.Delete(t.Context(), "k"), ErrFenced)
		}
		assert.Equal(t, puts+1, sim.Count(http.MethodPut, ".json"), "the fenced client tried once")
		assert.Len(t, first.host.events, 1)
	})
}

func TestTheLoserDoesNotTakeOverAgainInTheSameProcess(t *testing.T) {
	sim := s3sim.New(testBucket)
	first, second := newReplica(t, sim), newReplica(t, sim)
	old := first.client(t)
	set(t, old, "k", "old")
	young := second.client(t)
	set(t, young, "k", "young")
	require.Error(t, old.Set(t.Context(), "k", []byte("zombie")))
	require.NoError(t, old.Close(t.Context()))

	again := first.client(t)
	_, err := again.Get(t.Context(), "k")
	require.ErrorIs(t, err, ErrFenced, "no flapping")
	set(t, young, "k", "younger")
	require.NoError(t, again.Close(t.Context()))

	first.Readmit(component.KindReceiver, okta, "another name")
	elsewhere := first.client(t)
	_, err = elsewhere.Get(t.Context(), "k")
	require.ErrorIs(t, err, ErrFenced, "it is another checkpoint that was decided about")
	require.NoError(t, elsewhere.Close(t.Context()))
	first.Readmit(component.KindReceiver, okta, "")
	elected := first.client(t)
	assert.Equal(t, "younger", get(t, elected, "k"), "an election is meant")
	require.ErrorIs(t, young.Set(t.Context(), "k", []byte("zombie")), ErrFenced)

	restarted := newReplica(t, sim).client(t)
	assert.Equal(t, "younger", get(t, restarted, "k"), "a restart is meant")
}

// An ETag is a hash of the content: only the nonce makes equal states differ.
func TestEqualStatesAreNotTakenForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		old := newReplica(t, sim).client(t)
		set(t, old, "k", "A")
		young := newReplica(t, sim).client(t)
		for _, v := range []string{"B", "A", "B", "A"} {
			set(t, young, "k", v)
		}
		require.ErrorIs(t, old.Set(t.Context(), "k", []byte("A2")), ErrFenced)
		seen := map[string]bool{}
		for _, body := range sim.Versions(testBucket, mainKey) {
			require.False(t, seen[string(body)], "two versions have equal bytes")
			seen[string(body)] = true
		}
	})
}

func TestTheFencedFindsOutEvenWhenItsAnswerWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		old := newReplica(t, sim).client(t)
		set(t, old, "k", "old")
		// The write lands, the answer is lost, and before the retry another replica
		// takes over: the state of the write lives on in the other's.
		sim.Inject(s3sim.Fault{Effect: s3sim.HangAfter, Method: http.MethodPut, Suffix: ".json"})
		failed := make(chan error, 1)
		go func() { failed <- old.Set(t.Context(), "k", []byte("landed")) }()
		synctest.Wait()
		young := newReplica(t, sim).client(t)
		assert.Equal(t, "landed", get(t, young, "k"))
		require.ErrorIs(t, <-failed, ErrFenced)
	})
}

func TestAnOlderObjectThatWasPutBackStopsTheHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		before := newReplica(t, sim).client(t)
		set(t, before, "k", "old")
		backup, _ := sim.Object(testBucket, mainKey)
		holder := newReplica(t, sim).client(t)
		set(t, holder, "k", "new")
		sim.SetObject(testBucket, mainKey, backup)
		err := holder.Set(t.Context(), "k", []byte("newer"))
		require.ErrorIs(t, err, ErrFenced)
		assert.ErrorContains(t, err, "replaced by somebody else")
		assert.Equal(t, "old", get(t, newReplica(t, sim).client(t), "k"), "what was put back counts after a restart")
	})
}

func TestAStaleReadIsNotTakenForAnotherHolder(t *testing.T) {
	for name, f := range map[string]s3sim.Fault{
		"after a lost answer": {Effect: s3sim.ResetAfter},
		"after a 409":         {Effect: s3sim.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				set(t, newReplica(t, sim).client(t), "k", "before")
				r := newReplica(t, sim)
				c := r.client(t)
				assert.Equal(t, "before", get(t, c, "k")) // the version before ours is another holder's
				f.Method, f.Suffix = http.MethodPut, ".json"
				sim.Inject(f)
				sim.Inject(s3sim.Fault{Effect: s3sim.Stale, Method: http.MethodGet, Suffix: ".json", Count: 3})
				set(t, c, "k", "after")
				assert.Zero(t, r.sum(t, "otelcol_s3checkpoint_fenced"))
			})
		})
	}
}

func TestATakeoverFromAStaleReadIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		old := newReplica(t, sim).client(t)
		set(t, old, "k", "one")
		set(t, old, "k", "two")
		sim.Inject(s3sim.Fault{Effect: s3sim.Stale, Method: http.MethodGet, Suffix: ".json", Count: 3})
		assert.Equal(t, "two", get(t, newReplica(t, sim).client(t), "k"))
	})
}

func TestEveryFaultDuringATakeoverIsMended(t *testing.T) {
	for _, f := range []s3sim.Fault{
		{Effect: s3sim.ResetBefore},
		{Effect: s3sim.ResetAfter},
		{Effect: s3sim.ErrorAfter},
		{Effect: s3sim.Hang},
		{Effect: s3sim.HangAfter},
		{Effect: s3sim.SlowDown},
		{Effect: s3sim.Conflict},
		{Effect: s3sim.Late, Delay: time.Minute},
		{Effect: s3sim.Stale},
		{Effect: s3sim.Torn, Method: http.MethodGet},
	} {
		for after := range 6 {
			t.Run(fmt.Sprintf("effect %d on request %d", f.Effect, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					sim := s3sim.New(testBucket)
					old := newReplica(t, sim).client(t)
					set(t, old, "k", "one")
					young := newReplica(t, sim).client(t)
					f.After = after
					sim.Inject(f)
					assert.Equal(t, "one", get(t, young, "k"))
					set(t, young, "k", "two")
					<-time.After(time.Hour)
					set(t, young, "k", "three")
					require.ErrorIs(t, old.Set(t.Context(), "k", []byte("zombie")), ErrFenced)
					assert.Equal(t, []byte("three"), stored(t, sim, mainKey).Data["k"].Bytes)
				})
			})
		}
	}
}

// The oracle of every race: over all versions that ever lay in S3, epochs never
// go down, and generations always go up.
func assertHistory(t *testing.T, sim *s3sim.Server) {
	t.Helper()
	var epoch, generation uint64
	for i, body := range sim.Versions(testBucket, mainKey) {
		doc := decodeBody(t, body)
		require.GreaterOrEqual(t, doc.Epoch, epoch, "version %d", i)
		require.Greater(t, doc.Generation, generation, "version %d", i)
		epoch, generation = doc.Epoch, doc.Generation
	}
}

func TestADeletedObjectStopsTheHolderAndIsNoFirstStart(t *testing.T) {
	for _, mode := range []s3sim.Mode{{}, {MissingFails: true}} {
		t.Run(fmt.Sprintf("%+v", mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				sim.SetMode(mode)
				r := newReplica(t, sim, func(c *Config) { c.PreviousEvery = 1 })
				c := r.client(t)
				set(t, c, "k", "one")
				set(t, c, "k", "two")
				sim.SetObject(testBucket, mainKey, nil)
				require.ErrorIs(t, c.Set(t.Context(), "k", []byte("three")), ErrGone)
				_, exists := sim.Object(testBucket, mainKey)
				assert.False(t, exists, "the holder does not make it anew")
				assert.Equal(t, componentstatus.StatusRecoverableError, r.host.last())

				next := newReplica(t, sim)
				assert.Equal(t, "two", get(t, next.client(t), "k"), "from the previous generation")
				assert.EqualValues(t, 1, next.sum(t, "otelcol_s3checkpoint_recoveries"))
			})
		})
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/otel/attribute"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

// A single fault of any kind is mended within the call: the caller never sees it.
func TestOneFaultIsMendedWithinTheCall(t *testing.T) {
	for name, f := range map[string]s3sim.Fault{
		"the answer was lost":             {Effect: s3sim.ResetAfter},
		"an error was sent after success": {Effect: s3sim.ErrorAfter},
		"the answer never came":           {Effect: s3sim.HangAfter},
		"the request was lost":            {Effect: s3sim.ResetBefore},
		"the request hung":                {Effect: s3sim.Hang},
		"slow down":                       {Effect: s3sim.SlowDown, Count: 3},
		"409":                             {Effect: s3sim.Conflict, Count: 3},
		"the write was torn":              {Effect: s3sim.Torn},
		"the write came late":             {Effect: s3sim.Late, Delay: time.Hour},
		"200 and nonsense":                {Effect: s3sim.Answer, Status: http.StatusTooManyRequests, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				r := newReplica(t, sim)
				c := r.client(t)
				set(t, c, "k", "one")
				f.Method, f.Suffix = http.MethodPut, ".json"
				sim.Inject(f)
				set(t, c, "k", "two")
				sim.Heal()
				assert.Equal(t, "two", get(t, c, "k"))
				set(t, c, "k", "three")
				<-time.After(2 * time.Hour) // whatever was late has arrived
				assert.Equal(t, []byte("three"), stored(t, sim, mainKey).Data["k"].Bytes)
				assert.Zero(t, r.sum(t, "otelcol_s3checkpoint_fenced"))
			})
		})
	}
}

func TestAnOwnWriteWhoseAnswerWasLostIsRecognizedByItsNonce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		r := newReplica(t, sim)
		c := r.client(t)
		set(t, c, "k", "one")
		before := stored(t, sim, mainKey).Generation
		sim.Inject(s3sim.Fault{Effect: s3sim.ResetAfter, Method: http.MethodPut, Suffix: ".json"})
		set(t, c, "k", "two")
		assert.Equal(t, before+1, stored(t, sim, mainKey).Generation, "it was written once")
		assert.EqualValues(t, 1, r.sum(t, "otelcol_s3checkpoint_conflicts", attribute.String("reason", "own")))
	})
}

// A write that was reported as failed may land later. After the next success it
// may not.
func TestALateWriteNeverOverwritesANewerOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, quickly(time.Nanosecond)).client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.Late, Delay: time.Minute, Method: http.MethodPut, Suffix: ".json"})
		require.Error(t, c.Set(t.Context(), "k", []byte("late")))
		set(t, c, "other", "two")
		<-time.After(time.Hour)
		assert.Equal(t, []byte("one"), stored(t, sim, mainKey).Data["k"].Bytes)
		set(t, c, "k", "three")
	})
}

// The other order: the failed write landed before the next one, which must be
// applied on top of it, and not undo it for whoever has read it.
func TestAFailedWriteThatLandedIsBuiltUpon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, quickly(time.Nanosecond)).client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.ResetAfter, Method: http.MethodPut, Suffix: ".json"})
		require.Error(t, c.Set(t.Context(), "k", []byte("two")))
		assert.Equal(t, []byte("two"), stored(t, sim, mainKey).Data["k"].Bytes)
		set(t, c, "other", "x")
		assert.Equal(t, []byte("two"), stored(t, sim, mainKey).Data["k"].Bytes)
		assert.Equal(t, "two", get(t, c, "k"))
	})
}

// After a failed write the memory may differ from S3: setting the old value
// again must write it.
func TestAnUnchangedValueIsWrittenAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, quickly(time.Nanosecond)).client(t)
		set(t, c, "k", "one")
		puts := sim.Count(http.MethodPut, ".json")
		set(t, c, "k", "one")
		assert.Equal(t, puts, sim.Count(http.MethodPut, ".json"), "nothing changed, nothing is written")
		sim.Inject(s3sim.Fault{Effect: s3sim.ResetAfter, Method: http.MethodPut, Suffix: ".json"})
		require.Error(t, c.Set(t.Context(), "k", []byte("two")))
		set(t, c, "k", "one")
		assert.Equal(t, []byte("one"), stored(t, sim, mainKey).Data["k"].Bytes)
	})
}

func TestAnOutageEndsInAnErrorAndARecoverableStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		r := newReplica(t, sim)
		c := r.client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Count: -1})
		start := time.Now()
		err := c.Set(t.Context(), "k", []byte("two"))
		require.ErrorContains(t, err, "SlowDown")
		assert.Less(t, time.Since(start), 31*time.Second)
		assert.Equal(t, componentstatus.StatusRecoverableError, r.host.last())
		assert.Equal(t, "one", get(t, c, "k"))
		<-time.After(time.Minute)
		sim.Heal()
		assert.Greater(t, r.gauge(t, "otelcol_s3checkpoint_last_write_age"), 60.0)
		set(t, c, "k", "two")
		assert.Equal(t, componentstatus.StatusOK, r.host.last())
		assert.Len(t, r.host.events, 2, "a status is reported on a change only")
		assert.Zero(t, r.gauge(t, "otelcol_s3checkpoint_last_write_age"))
	})
}

func TestACallEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, func(c *Config) { c.Retry.MaxElapsedTime = 0 }).client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Count: -1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, c.Set(ctx, "k", []byte("two")), context.DeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(start), "without `max_elapsed_time` only the context ends it")
	})
}

func TestAnAnswerThatNoRetryMendsComesBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim).client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.Deny, Method: http.MethodPut, Suffix: ".json"})
		start := time.Now()
		require.ErrorContains(t, c.Set(t.Context(), "k", []byte("two")), "s3:ListBucket")
		assert.Zero(t, time.Since(start))
	})
}

func TestWritesThatWaitGoTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim).client(t)
		set(t, c, "k", "one")
		puts := sim.Count(http.MethodPut, ".json")
		sim.Inject(s3sim.Fault{Effect: s3sim.ResetBefore, Method: http.MethodPut, Suffix: ".json", Delay: time.Second})
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() { assert.NoError(t, c.Set(t.Context(), fmt.Sprint(i), []byte("v"))) })
		}
		wg.Wait()
		assert.Len(t, stored(t, sim, mainKey).Data, 51)
		assert.LessOrEqual(t, sim.Count(http.MethodPut, ".json")-puts, 3)
	})
}

func TestOneCallerThatGivesUpDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim).client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.Hang, Method: http.MethodPut, Suffix: ".json"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() { assert.ErrorIs(t, c.Set(ctx, "a", []byte("leader")), context.DeadlineExceeded) })
		synctest.Wait()
		wg.Go(func() { assert.NoError(t, c.Set(t.Context(), "b", []byte("follower"))) })
		wg.Go(func() {
			short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			assert.ErrorIs(t, c.Set(short, "c", []byte("impatient")), context.DeadlineExceeded)
		})
		wg.Wait()
		data := stored(t, sim, mainKey).Data
		assert.Equal(t, []byte("follower"), data["b"].Bytes)
		assert.NotContains(t, data, "c", "it left the queue before it was written")
	})
}

func TestALeaderTakesOverWhatAnEarlierLeaderLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim).client(t)
		set(t, c, "k", "one")
		// The turn is held while two calls queue up; the first to lead gives up.
		require.NoError(t, c.take(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { assert.Error(t, c.Set(ctx, "a", []byte("1"))) })
		synctest.Wait()
		sim.Inject(s3sim.Fault{Effect: s3sim.Hang, Method: http.MethodPut, Suffix: ".json"})
		batches := c.queue
		b, err := newBatch([]*storage.Operation{storage.SetOperation("b", []byte("2"))})
		require.NoError(t, err)
		c.mu.Lock()
		c.queue = append(c.queue, b)
		c.mu.Unlock()
		wg.Go(func() { c.lead(ctx, batches[0]); c.give() })
		synctest.Wait()
		cancel()
		wg.Wait()
		assert.Equal(t, []*batch{b}, c.queue, "it waits for the next leader")
		set(t, c, "k", "two")
		require.NoError(t, <-b.done)
		assert.Equal(t, []byte("2"), stored(t, sim, mainKey).Data["b"].Bytes)
	})
}

func TestTooMuchIsRefusedAndNothingElse(t *testing.T) {
	sim := s3sim.New(testBucket)
	c := newReplica(t, sim).client(t)
	require.ErrorIs(t, c.Set(t.Context(), "k", make([]byte, maxValue+1)), storage.ErrStorageFull)
	var ops []*storage.Operation
	for i := range 20 {
		ops = append(ops, storage.SetOperation(fmt.Sprint(i), []byte(`"`+strings.Repeat("x", inlineJSON-2)+`"`)))
	}
	require.ErrorIs(t, c.Batch(t.Context(), ops...), storage.ErrStorageFull)
	// In one write with a batch that is too large, the others still pass.
	require.NoError(t, c.take(t.Context()))
	large, err := newBatch(ops)
	require.NoError(t, err)
	small, err := newBatch([]*storage.Operation{storage.SetOperation("small", []byte("1"))})
	require.NoError(t, err)
	c.queue = []*batch{large, small}
	c.lead(t.Context(), large)
	c.give()
	require.ErrorIs(t, <-large.done, storage.ErrStorageFull)
	require.NoError(t, <-small.done)
	assert.Equal(t, "1", get(t, c, "small"))
	assert.Len(t, stored(t, sim, mainKey).Data, 1)
}

func TestOperationsThatMakeNoSenseAreRefused(t *testing.T) {
	c := newReplica(t, s3sim.New(testBucket)).client(t)
	require.ErrorContains(t, c.Batch(t.Context(), nil), "nil")
	require.ErrorContains(t, c.Batch(t.Context(), &storage.Operation{Type: 9}), "unknown")
}

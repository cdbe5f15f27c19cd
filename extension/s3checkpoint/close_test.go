// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestCloseLetsAWriteFinishButNotRetry(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  s3sim.Fault
		ok     bool
		atMost time.Duration
	}{
		"it is under way":  {s3sim.Fault{Effect: s3sim.Slow, Delay: time.Second}, true, time.Second},
		"it is being held": {s3sim.Fault{Effect: s3sim.SlowDown, Delay: time.Second, Count: -1}, false, 2 * time.Second}, // and one attempt to give it up
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				c := newReplica(t, sim).client(t)
				set(t, c, "k", "one")
				tc.fault.Method, tc.fault.Suffix = http.MethodPut, ".json"
				sim.Inject(tc.fault)
				written := make(chan error, 1)
				go func() { written <- c.Set(t.Context(), "k", []byte("two")) }()
				synctest.Wait()
				start := time.Now()
				require.NoError(t, c.Close(t.Context()))
				assert.LessOrEqual(t, time.Since(start), tc.atMost)
				if err := <-written; tc.ok {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, ErrClosed)
				}
			})
		})
	}
}

func TestCloseWithALeaseDuringAnOutageIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		r := newReplica(t, sim, withLease(ttl))
		c := r.client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.Hang, Count: -1})
		<-time.After(ttl / 2) // a heartbeat hangs
		start := time.Now()
		require.NoError(t, c.Close(t.Context()))
		assert.LessOrEqual(t, time.Since(start), 20*time.Second, "one request for the previous generation at most, one for the release")
		sim.Heal()
		start = time.Now()
		assert.Equal(t, "one", get(t, newReplica(t, sim, withLease(ttl)).client(t), "k"))
		assert.GreaterOrEqual(t, time.Since(start), ttl*2/3, "without a release the standby waits")
	})
}

// TestManyClosesDuringAnOutageWaitOnce: the Collector closes one after the other.
func TestManyClosesDuringAnOutageWaitOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		r := newReplica(t, sim)
		var clients []*client
		for _, name := range []string{"a", "b", "c", "d"} {
			c := r.clientOf(t, component.KindReceiver, okta, name)
			set(t, c, "k", name)
			clients = append(clients, c)
		}
		sim.Inject(s3sim.Fault{Effect: s3sim.Hang, Count: -1})
		start := time.Now()
		for _, c := range clients {
			require.NoError(t, c.Close(t.Context()))
		}
		assert.LessOrEqual(t, time.Since(start), releaseTime)
	})
}

func TestCloseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, func(c *Config) { c.Timeout = time.Hour }).client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.Hang, Method: http.MethodPut})
		written := make(chan error, 1)
		go func() { written <- c.Set(t.Context(), "k", []byte("two")) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, c.Close(ctx), context.DeadlineExceeded)
		require.Error(t, <-written)
	})
}

// Closing while a first call is still taking the checkpoint over must leave
// neither a goroutine nor a lease behind.
func TestCloseDuringATakeover(t *testing.T) {
	for delay := time.Duration(0); delay < 3*time.Second; delay += 250 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			sim := s3sim.New(testBucket)
			set(t, newReplica(t, sim).client(t), "k", "one")
			c := newReplica(t, sim, withLease(time.Second)).client(t)
			sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Delay: 300 * time.Millisecond, Count: 3})
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = c.Get(t.Context(), "k")
			}()
			<-time.After(delay)
			require.NoError(t, c.Close(t.Context()))
			<-done
			if doc := stored(t, sim, mainKey); doc.Writer.ID == c.writer.ID {
				assert.True(t, doc.Lease.Released)
			}
		})
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

const ttl = time.Minute

// process is a replica that can be stopped like by SIGSTOP: no request leaves
// it and no answer reaches it, and it does not notice that time passes.
type process struct {
	next http.RoundTripper
	mu   sync.Mutex
	stop chan struct{} // closed to go on; nil while it runs
}

// gate waits while the process is stopped, and tells whether it was.
func (p *process) gate() bool {
	p.mu.Lock()
	stop := p.stop
	p.mu.Unlock()
	if stop == nil {
		return false
	}
	<-stop
	return true
}

func (p *process) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if p.gate() {
		// What a stopped process was about to send leaves when it wakes, however
		// long its time limit is over.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
	}
	res, err := p.next.RoundTrip(r.WithContext(ctx))
	p.gate()
	return res, err
}

func (p *process) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop = make(chan struct{})
}

func (p *process) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.stop)
	p.stop = nil
}

func newProcess(t *testing.T, sim *s3sim.Server) (*process, *replica) {
	p := &process{next: sim.Client().Transport}
	return p, newReplicaVia(t, &http.Client{Transport: p}, withLease(ttl))
}

func TestAStandbyWaitsUntilTheHolderStopsRenewing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		p, first := newProcess(t, sim)
		holder := first.client(t)
		set(t, holder, "k", "one")
		_, second := newProcess(t, sim)
		standby := second.client(t)

		// As long as the holder lives, idle or not, the standby gets nothing.
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		_, err := standby.Get(ctx, "k")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "standing by")
		assert.Zero(t, second.gauge(t, "otelcol_s3checkpoint_held"))
		assert.EqualValues(t, 1, stored(t, sim, mainKey).Epoch)
		assert.Equal(t, "one", get(t, holder, "k"))
		assert.Equal(t, componentstatus.StatusNone, second.host.last(), "standing by is no trouble")

		// The holder is stopped: the standby takes over after one TTL and a look.
		p.pause()
		start := time.Now()
		assert.Equal(t, "one", get(t, standby, "k"))
		waited := time.Since(start)
		assert.GreaterOrEqual(t, waited, ttl*2/3)
		assert.LessOrEqual(t, waited, ttl+ttl/3)
		set(t, standby, "k", "two")

		// It wakes: it can neither write nor believe its own memory.
		p.resume()
		synctest.Wait()
		_, err = holder.Get(t.Context(), "k")
		require.ErrorIs(t, err, ErrFenced)
		require.ErrorIs(t, holder.Set(t.Context(), "k", []byte("zombie")), ErrFenced)
		assert.Equal(t, "two", get(t, standby, "k"))
		assertHistory(t, sim)
	})
}

// The moment of the pause is moved over a whole write: before, inside, after.
func TestAHolderThatIsPausedAnywhereNeverOverwritesANewerOne(t *testing.T) {
	for _, length := range []time.Duration{ttl / 3, 2 * ttl, time.Hour} {
		for delay := time.Duration(0); delay <= 200*time.Millisecond; delay += 20 * time.Millisecond {
			synctest.Test(t, func(t *testing.T) {
				sim := s3sim.New(testBucket)
				p, first := newProcess(t, sim)
				holder := first.client(t)
				set(t, holder, "k", "one")
				_, second := newProcess(t, sim)
				standby := second.client(t)

				sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Method: http.MethodPut, Suffix: ".json", Count: 2})
				written := make(chan error, 1)
				go func() { written <- holder.Set(t.Context(), "k", []byte("two")) }()
				<-time.After(delay)
				p.pause()
				taken := make(chan string, 1)
				go func() {
					value, err := standby.Get(t.Context(), "k")
					assert.NoError(t, err)
					taken <- string(value)
				}()
				<-time.After(length)
				p.resume()
				err := <-written
				if length < ttl {
					require.NoError(t, err, "a short pause costs nothing")
					require.NoError(t, holder.Close(t.Context()))
				}
				seen := <-taken
				set(t, standby, "k", "three")
				if err == nil {
					assert.Equal(t, "two", seen, "what was durable is not lost")
				}
				if length >= ttl {
					require.ErrorIs(t, holder.Set(t.Context(), "k", []byte("zombie")), ErrFenced)
				}
				assert.Equal(t, []byte("three"), stored(t, sim, mainKey).Data["k"].Bytes)
				assertHistory(t, sim)
			})
		}
	}
}

func TestAHolderThatCanNotRenewSaysSoBeforeAnotherMayTakeOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		r := newReplica(t, sim, withLease(ttl))
		c := r.client(t)
		set(t, c, "k", "one")
		sim.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Count: -1})
		<-time.After(ttl / 2)
		assert.Equal(t, "one", get(t, c, "k"), "there is time left")
		<-time.After(ttl / 4)
		_, err := c.Get(t.Context(), "k")
		require.ErrorIs(t, err, ErrLeaseLapsed)
		require.ErrorIs(t, c.Set(t.Context(), "k", []byte("two")), ErrLeaseLapsed)
		assert.Zero(t, r.gauge(t, "otelcol_s3checkpoint_held"))
		assert.Equal(t, componentstatus.StatusRecoverableError, r.host.last())
		sim.Heal()
		assert.Equal(t, "one", get(t, c, "k"), "nobody took over: it goes on")
		set(t, c, "k", "two")
		assert.EqualValues(t, 1, r.gauge(t, "otelcol_s3checkpoint_held"))
		assert.Equal(t, componentstatus.StatusOK, r.host.last())
	})
}

func TestAReleasedLeaseIsTakenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, withLease(ttl)).client(t)
		set(t, c, "k", "one")
		require.NoError(t, c.Close(t.Context()))
		start := time.Now()
		next := newReplica(t, sim, withLease(ttl)).client(t)
		assert.Equal(t, "one", get(t, next, "k"))
		assert.Zero(t, time.Since(start))
	})
}

func TestAnIdleHolderRenewsEveryThirdOfTheTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		c := newReplica(t, sim, withLease(ttl), func(c *Config) { c.PreviousEvery = 1000 }).client(t)
		set(t, c, "k", "one")
		before := sim.Count(http.MethodPut, mainKey)
		<-time.After(time.Hour)
		assert.InDelta(t, 180, sim.Count(http.MethodPut, mainKey)-before, 5)
		before = sim.Count(http.MethodPut, mainKey)
		for i := range 120 { // a busy one has no need to
			<-time.After(5 * time.Second)
			set(t, c, "k", string(rune('0'+i)))
		}
		assert.InDelta(t, 120, sim.Count(http.MethodPut, mainKey)-before, 2)
	})
}

func TestTheLongerOfTwoLeasesCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		p := &process{next: sim.Client().Transport}
		holder := newReplicaVia(t, &http.Client{Transport: p}, withLease(10*time.Minute)).client(t)
		set(t, holder, "k", "one")
		p.pause()
		defer p.resume()
		start := time.Now()
		assert.Equal(t, "one", get(t, newReplica(t, sim, withLease(ttl)).client(t), "k"))
		assert.GreaterOrEqual(t, time.Since(start), 10*time.Minute)
	})
}

func TestAStandbyKeepsItsObservationOverCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		p, first := newProcess(t, sim)
		set(t, first.client(t), "k", "one")
		p.pause()
		defer p.resume()
		standby := newReplica(t, sim, withLease(ttl)).client(t)
		start := time.Now()
		for {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			_, err := standby.Get(ctx, "k")
			cancel()
			if err == nil {
				break
			}
			require.Less(t, time.Since(start), 2*ttl)
		}
		assert.InDelta(t, ttl, time.Since(start), float64(6*time.Second))
	})
}

func TestCloseEndsAStandby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		set(t, newReplica(t, sim, withLease(ttl)).client(t), "k", "one")
		standby := newReplica(t, sim, withLease(ttl)).client(t)
		got := make(chan error, 1)
		go func() {
			_, err := standby.Get(t.Context(), "k")
			got <- err
		}()
		synctest.Wait()
		require.NoError(t, standby.Close(t.Context()))
		require.ErrorIs(t, <-got, ErrClosed)
	})
}

func TestALeaseholderIsFencedOnceThoughItsHeartbeatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		p, first := newProcess(t, sim)
		old := first.client(t)
		set(t, old, "k", "one")
		p.pause()
		failed := make(chan error, 1)
		go func() { failed <- old.Set(t.Context(), "k", []byte("zombie")) }()
		assert.Equal(t, "one", get(t, newReplica(t, sim, withLease(ttl)).client(t), "k"))
		writes := sim.Count(http.MethodPut, mainKey)
		p.resume() // the write finds out, and the heartbeat has waited for its turn
		require.ErrorIs(t, <-failed, ErrFenced)
		<-time.After(ttl)
		assert.EqualValues(t, 1, first.sum(t, "otelcol_s3checkpoint_fenced"))
		assert.Equal(t, 1, first.logs.FilterMessage("fenced: this source stops here").Len())
		assert.LessOrEqual(t, sim.Count(http.MethodPut, mainKey)-writes, 1+4, "the zombie's one write, and the new holder's heartbeats")
	})
}

func TestAFencedLeaseholderMayStandInLineAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := s3sim.New(testBucket)
		p, first := newProcess(t, sim)
		old := first.client(t)
		set(t, old, "k", "one")
		second := newReplica(t, sim, withLease(ttl))
		young := second.client(t)
		p.pause()
		assert.Equal(t, "one", get(t, young, "k"))
		p.resume()
		require.ErrorIs(t, old.Set(t.Context(), "k", []byte("zombie")), ErrFenced)
		require.NoError(t, old.Close(t.Context()))

		again := first.client(t)
		ctx, cancel := context.WithTimeout(t.Context(), 5*ttl)
		defer cancel()
		_, err := again.Get(ctx, "k")
		require.ErrorIs(t, err, context.DeadlineExceeded, "the other one lives")
		set(t, young, "k", "two")
		require.NoError(t, second.Shutdown(t.Context()))
		assert.Equal(t, "two", get(t, again, "k"))
	})
}

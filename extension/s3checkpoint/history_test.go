// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
	"github.com/restaudit/otelcol-audit/internal/storetest"
)

var (
	historySeeds = flag.Int("histories", 150, "number of random histories")
	historySeed  = flag.Int("history", -1, "play only this one")
)

// misery injects faults of every kind until ctx ends.
func misery(ctx context.Context, rng *rand.Rand, sim *s3sim.Server) {
	effects := []s3sim.Effect{
		s3sim.ResetBefore, s3sim.ResetAfter, s3sim.ErrorAfter, s3sim.SlowDown, s3sim.Conflict,
		s3sim.Stale, s3sim.Hang, s3sim.HangAfter, s3sim.Late, s3sim.Deny,
	}
	for ctx.Err() == nil {
		f := s3sim.Fault{
			Effect: effects[rng.IntN(len(effects))],
			After:  rng.IntN(5),
			Count:  1 + rng.IntN(3),
			Delay:  time.Duration(rng.IntN(20_000)) * time.Millisecond,
		}
		if f.Effect == s3sim.Stale {
			f.Method = http.MethodGet
		}
		sim.Inject(f)
		select {
		case <-time.After(time.Duration(rng.IntN(3000)) * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// live is one process: it takes over, reads, and writes until it fails or
// crashes. It may be stopped for a while, as by SIGSTOP.
func live(ctx context.Context, t *testing.T, rng *rand.Rand, sim *s3sim.Server, rec *storetest.Recorder, name string, change []func(*Config)) {
	// A crash leaves the client as it is, without Close.
	p := &process{next: sim.Client().Transport}
	c := newReplicaVia(t, &http.Client{Transport: p}, change...).client(t)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(1+rng.IntN(180))*time.Second)
	defer cancel()
	var stopped sync.WaitGroup
	defer stopped.Wait()
	if rng.IntN(2) == 0 {
		begin, length := time.Duration(rng.IntN(60_000))*time.Millisecond, time.Duration(rng.IntN(60_000))*time.Millisecond
		stopped.Go(func() {
			<-time.After(begin)
			p.pause()
			<-time.After(length)
			p.resume()
		})
	}
	err := rec.Do(storetest.Op{Kind: storetest.Read}, func(op *storetest.Op) error {
		value, err := c.Get(ctx, "k")
		op.Value, _, _ = strings.Cut(string(value), " ")
		return err
	})
	if err != nil {
		return
	}
	for i := range 1 + rng.IntN(6) {
		value := fmt.Sprint(name, ".", i)
		err := rec.Do(storetest.Op{Kind: storetest.Write, Value: value}, func(*storetest.Op) error {
			if rng.IntN(4) == 0 {
				return c.Set(ctx, "k", []byte(value+" "+strings.Repeat("\x00", inlineBinary)))
			}
			return c.Set(ctx, "k", []byte(value))
		})
		if err != nil && rng.IntN(2) == 0 {
			return
		}
		<-time.After(time.Duration(rng.IntN(5000)) * time.Millisecond)
	}
	if rng.IntN(2) == 0 {
		_ = c.Close(ctx)
	}
}

// Whatever happens to requests and processes, what several replicas see of one
// key can be explained by one write after the other: nothing that was durable
// is lost, nothing that was undone comes back.
func TestRandomHistoriesAreLinearizable(t *testing.T) {
	seeds := *historySeeds
	if testing.Short() {
		seeds = min(seeds, 40)
	}
	for seed := range max(seeds, *historySeed+1) {
		if *historySeed >= 0 && seed != *historySeed {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(seed), 1))
			sim := s3sim.New(testBucket)
			cleanup, every, stubborn := rng.IntN(2) == 0, 1+rng.IntN(4), time.Duration(rng.IntN(20))*time.Second
			change := []func(*Config){func(c *Config) {
				c.Cleanup, c.PreviousEvery, c.Retry.MaxElapsedTime = cleanup, every, stubborn
			}}
			if rng.IntN(2) == 0 {
				change = append(change, withLease(10*time.Second))
			}
			ctx, stop := context.WithCancel(t.Context())
			var rec storetest.Recorder
			var processes, faults sync.WaitGroup
			mine := rand.New(rand.NewPCG(uint64(seed), 2))
			faults.Go(func() { misery(ctx, mine, sim) })
			for p := range 3 {
				own := rand.New(rand.NewPCG(uint64(seed), uint64(10+p)))
				processes.Go(func() {
					for life := range 4 {
						live(ctx, t, own, sim, &rec, fmt.Sprint(p, ".", life), change)
					}
				})
			}
			processes.Wait()
			stop()
			faults.Wait()
			sim.Heal()
			<-time.After(time.Minute)
			last := newReplica(t, sim).client(t)
			require.NoError(t, rec.Do(storetest.Op{Kind: storetest.Read}, func(op *storetest.Op) error {
				value, err := last.Get(t.Context(), "k")
				op.Value, _, _ = strings.Cut(string(value), " ")
				return err
			}), "seed %d", seed)
			require.True(t, storetest.Linearizable(rec.History()), "seed %d: %+v", seed, rec.History())
			assertHistory(t, sim)
		})
		if t.Failed() {
			t.Logf("again: go test -run RandomHistories -history %d", seed)
			return
		}
	}
}

// The register under all of this: S3's conditional write, as this package's
// store shows it.
func checkRegister(t *testing.T, st *store) {
	t.Helper()
	var rec storetest.Recorder
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 8 {
				old, cond := "", condition{absent: true}
				_ = rec.Do(storetest.Op{Kind: storetest.Read}, func(op *storetest.Op) error {
					body, etag, err := st.get(t.Context(), "p/register", maxObject)
					if kindOf(err) == kindMissing {
						return nil
					}
					op.Value, old, cond = string(body), string(body), condition{match: etag}
					return err
				})
				value := fmt.Sprint(g, ".", i)
				_ = rec.Do(storetest.Op{Kind: storetest.Swap, Old: old, Value: value}, func(op *storetest.Op) error {
					_, err := st.put(t.Context(), "p/register", []byte(value), cond)
					if kindOf(err) == kindPrecondition {
						op.Kind = storetest.Read // nothing happened, and a failed read says nothing
					}
					return err
				})
			}
		})
	}
	wg.Wait()
	assert.True(t, storetest.Linearizable(rec.History()), "%+v", rec.History())
}

func TestConditionalWritesAreALinearizableRegister(t *testing.T) {
	t.Run("simulated", func(t *testing.T) {
		checkRegister(t, newReplica(t, s3sim.New(testBucket)).env.store)
	})
	t.Run("real", func(t *testing.T) {
		g := startGateway(t)
		checkRegister(t, newReplicaVia(t, g.client, func(c *Config) { c.Endpoint = g.endpoint }).env.store)
	})
}

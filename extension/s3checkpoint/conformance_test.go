// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
	"github.com/restaudit/otelcol-audit/internal/storetest"
)

// quickly retries without long pauses; stubborn is how long.
func quickly(stubborn time.Duration) func(*Config) {
	return func(c *Config) {
		c.Retry = RetryConfig{InitialInterval: time.Millisecond, MaxInterval: 5 * time.Millisecond, MaxElapsedTime: stubborn}
	}
}

// simStore is a store under test whose faults hit keys with a suffix.
func simStore(t testing.TB, suffix string, change ...func(*Config)) storetest.Store {
	sim := s3sim.New(testBucket)
	open := func(ctx context.Context) (storage.Client, error) {
		return newReplica(t, sim, change...).GetClient(ctx, component.KindReceiver, okta, "")
	}
	return storetest.Store{
		Open: open, Rival: open, TornGoesBack: simConfig(change...).PreviousEvery > 1,
		Arm: func(f storetest.Fault) func() {
			fault := s3sim.Fault{Method: http.MethodPut, Suffix: suffix}
			switch f {
			case storetest.Refused:
				fault.Effect = s3sim.ResetBefore
			case storetest.Lost:
				fault.Effect = s3sim.ResetAfter
			case storetest.Torn:
				fault.Effect = s3sim.Torn
			case storetest.Outage:
				fault = s3sim.Fault{Effect: s3sim.SlowDown, Count: -1}
			}
			sim.Inject(fault)
			return sim.Heal
		},
	}
}

func TestConformanceOnTheSimulatedS3(t *testing.T) {
	for name, tc := range map[string]struct {
		suffix string // of the keys that faults hit
		change []func(*Config)
	}{
		"patient":                     {suffix: ".json", change: []func(*Config){quickly(200 * time.Millisecond)}},
		"impatient":                   {suffix: ".json", change: []func(*Config){quickly(time.Nanosecond)}},
		"impatient, faults anywhere":  {suffix: "", change: []func(*Config){quickly(time.Nanosecond)}},
		"with cleanup":                {suffix: "", change: []func(*Config){quickly(200 * time.Millisecond), func(c *Config) { c.Cleanup, c.PreviousEvery = true, 1 }}},
		"previous at each generation": {suffix: previousSuffix, change: []func(*Config){quickly(200 * time.Millisecond), func(c *Config) { c.PreviousEvery = 1 }}},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t testing.TB) storetest.Store { return simStore(t, tc.suffix, tc.change...) })
		})
	}
}

// BenchmarkSet is one commit of a source: the network is a function call, so
// this is what the extension and the SDK cost.
func BenchmarkSet(b *testing.B) {
	c := newReplica(b, s3sim.New(testBucket)).client(b)
	state := `{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"` + strings.Repeat("x", 2000) + `","n":`
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		set(b, c, "state", state+strconv.Itoa(i)+"}")
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Backoff is an exponential back-off without end.
type Backoff struct {
	Initial, Max time.Duration
	Multiplier   float64
}

// start begins a new row of waits: Initial, Initial*Multiplier ... Max, each
// with up to half of it taken off at random, so that sources which failed
// together do not come back together.
func (b Backoff) start(random *rand.Rand) func() time.Duration {
	exp := backoff.ExponentialBackOff{InitialInterval: b.Initial, Multiplier: b.Multiplier, MaxInterval: b.Max}
	exp.Reset()
	return func() time.Duration {
		wait := exp.NextBackOff()
		return wait - time.Duration(randomFloat(random)*float64(wait)/2)
	}
}

func randomFloat(random *rand.Rand) float64 {
	if random == nil {
		return rand.Float64()
	}
	return random.Float64()
}

// wait sleeps for d, or returns false when ctx ends before.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

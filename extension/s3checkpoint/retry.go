// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// patience decides how often and how long a call tries.
type patience struct {
	backoff *backoff.ExponentialBackOff
	end     time.Time       // zero: until the context ends
	stop    <-chan struct{} // closed: give up at once
}

func (c *Config) patience(stop <-chan struct{}) *patience {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier, b.RandomizationFactor = c.Retry.InitialInterval, c.Retry.MaxInterval, 2, 0.5
	b.Reset()
	p := &patience{backoff: b, stop: stop}
	if c.Retry.MaxElapsedTime > 0 {
		p.end = time.Now().Add(c.Retry.MaxElapsedTime)
	}
	return p
}

// wait pauses before the next attempt. It gives cause back, with why there is
// none.
func (p *patience) wait(ctx context.Context, cause error) error {
	d := p.backoff.NextBackOff()
	if !p.end.IsZero() && time.Now().Add(d).After(p.end) {
		return fmt.Errorf("gave up after `retry::max_elapsed_time`: %w", cause)
	}
	if err := sleep(ctx, p.stop, d); err != nil {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return nil
}

// sleep waits for d, or until ctx ends or stop is closed.
func sleep(ctx context.Context, stop <-chan struct{}, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-stop:
		return ErrClosed
	}
}

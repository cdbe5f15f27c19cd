// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.uber.org/zap"
)

// The classes of a refusal, as in the metric of retries.
const (
	classRefused   = "delivery"
	classPermanent = "delivery_permanent"
)

const (
	// busyFor is how long the pipeline may be just busy before the status says so,
	// whether it refuses meanwhile or does not answer.
	busyFor = time.Minute
	// minHold and maxHold bound the time between two searches for poison records
	// that found nothing to go by; it doubles from the one to the other.
	minHold = time.Minute
	maxHold = time.Hour
)

// backOff is an exponential back-off that takes up to half off each wait at
// random, so that sources which were refused together do not come back together.
type backOff struct {
	backoff.ExponentialBackOff
	random func() float64
}

// newBackOff returns waits that grow by the multiplier from initial to longest
// and never end. random returns numbers in [0, 1); nil means the process's own.
func newBackOff(initial, longest time.Duration, multiplier float64, random func() float64) backoff.BackOff {
	if random == nil {
		random = rand.Float64
	}
	exponential := backoff.ExponentialBackOff{InitialInterval: initial, Multiplier: multiplier, MaxInterval: longest}
	return &backOff{ExponentialBackOff: exponential, random: random}
}

// NextBackOff implements backoff.BackOff.
func (b *backOff) NextBackOff() time.Duration {
	wait := b.ExponentialBackOff.NextBackOff()
	return wait - time.Duration(b.random()*float64(wait)/2)
}

// hold is how long a page that is refused for good is held before the records
// at fault are looked for.
type hold struct {
	wait  time.Duration
	since time.Time
}

// over reports whether the time is over. It starts to run at the first call.
func (h *hold) over(now time.Time) bool {
	if h.since.IsZero() {
		h.since = now
	}
	return now.Sub(h.since) >= h.wait
}

// extend starts a longer time, after a search that has left something to hold.
func (h *hold) extend(now time.Time) {
	h.since = now
	h.wait = max(minHold, h.wait, min(2*h.wait, maxHold))
}

// refused reports a refusal and waits before the next attempt. The error is ctx's.
func (s *sink) refused(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.report(err)
	return s.pause(ctx)
}

// report makes a refusal known: each one as a metric, each change of its class
// as a log line, and as status what needs a human's eye. The status is never
// PermanentError, which could not be taken back.
func (s *sink) report(err error) {
	class := classRefused
	if isPermanent(err) {
		class = classPermanent
	}
	s.telemetry.retry(class)
	now := time.Now()
	if s.refusing == "" {
		s.since = now
	}
	if s.refusing != class {
		s.refusing = class
		s.logger.Warn("The pipeline refuses records; they are sent again until it takes them",
			zap.String("class", class), zap.String("refusal", brief(err)))
	}
	if class == classPermanent || now.Sub(s.since) >= busyFor {
		s.status.fail(causeDelivery, class, err)
	}
}

// recovered takes back what report and overdue have made known.
func (s *sink) recovered() {
	if s.refusing == "" {
		return
	}
	s.logger.Info("The pipeline takes records again", zap.Duration("after", time.Since(s.since)))
	s.refusing = ""
	s.telemetry.held(0)
	s.status.ok(causeDelivery)
}

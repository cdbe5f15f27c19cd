// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// stream is an independent row of random decisions. Each port of each
// incarnation has its own, so that one port's calls do not shift another's.
type stream struct{ *rand.Rand }

// newStream derives the stream of that name from the seed.
func newStream(seed uint64, name string) *stream {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return &stream{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// chance is true with probability p.
func (s *stream) chance(p float64) bool { return p > 0 && s.Float64() < p }

// span is a duration in [low, high).
func (s *stream) span(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(s.Int64N(int64(high-low)))
}

// count is a number in [low, high].
func (s *stream) count(low, high int) int { return low + s.IntN(high-low+1) }

// pick is one of the choices.
func pick[T any](s *stream, choices ...T) T { return choices[s.IntN(len(choices))] }

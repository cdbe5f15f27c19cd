// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// clock is what is known of the vendor's clock: by how many seconds it was ahead of
// ours at each of the last answers that had a Date (RFC 9110, 6.6.1). Answers come
// from many machines, and one of them may be wrong by hours or years (F06).
type clock struct {
	// ahead is in the order of the answers, the oldest first. Its array is shared
	// with the states that are being stored.
	ahead []int64
	// ours says that no Date is to be expected: our own clock has to do.
	ours bool
	// told says that a difference is reported.
	told bool
}

const (
	// clockMemory is how many answers are looked back at: what is wrong in one
	// answer of ten is hardly ever wrong in most of them, and never in all.
	clockMemory = 16
	// clockKnown is how many answers it takes to tell what most of them say.
	clockKnown = clockMemory / 2
	// clockSlack is the precision of a Date, and of clocks that are kept right.
	clockSlack = 2 * time.Second
	// clockWarn is a difference that is worth a word.
	clockWarn = 30 * time.Second
)

// learn takes in the Date of an answer, which was written at some time between
// asked and answered.
func (c *clock) learn(date, asked, answered time.Time) {
	if date.IsZero() {
		return
	}
	ahead := int64(0)
	if date.Before(asked.Add(-clockSlack)) || date.After(answered.Add(clockSlack)) {
		ahead = int64(math.Floor(date.Sub(answered).Seconds()))
	}
	last := c.ahead[max(0, len(c.ahead)+1-clockMemory):]
	c.ahead = append(slices.Clone(last), ahead)
}

// recall takes in what an earlier run has learned, so that a restart does not make
// the next wrong answer the only one.
func (c *clock) recall(ahead []int64) {
	const most = int64(math.MaxInt64 / time.Second)
	for _, seconds := range ahead[max(0, len(ahead)-clockMemory):] {
		c.ahead = append(c.ahead, max(-most, min(most, seconds)))
	}
}

// known tells whether the vendor's clock is more than a guess.
func (c *clock) known() bool { return c.ours || c.settled() }

// settled tells whether there are enough answers.
func (c *clock) settled() bool { return len(c.ahead) >= clockKnown }

// guess tells whether what is known so far may change by more than a machine's clock.
func (c *clock) guess() bool { return len(c.ahead) > 0 && !c.settled() }

// now is the vendor's clock by most answers: what to ask for goes by it.
func (c *clock) now() time.Time { return c.at(time.Now()) }

// at is the vendor's clock by most answers, at a time of ours. As long as they are
// few, our own clock counts like one of them.
func (c *clock) at(ours time.Time) time.Time {
	votes := slices.Clone(c.ahead)
	if !c.settled() {
		votes = append(votes, 0)
	}
	slices.Sort(votes)
	return after(ours, votes[(len(votes)-1)/2])
}

// reached is a time that the vendor's clock has reached at a time of ours, even if
// most answers are wrong: what is done with for good goes by it.
func (c *clock) reached(ours time.Time) time.Time {
	least := int64(math.MaxInt64)
	if len(c.ahead) < clockMemory {
		least = 0
	}
	for _, ahead := range c.ahead {
		least = min(least, ahead)
	}
	return after(ours, least)
}

// learnClock takes in the Date of an answer.
func (s *Source) learnClock(f fetched) {
	guess := s.clock.guess()
	s.clock.learn(f.result.Date, f.asked, f.answered)
	s.state.Ahead = s.clock.ahead
	if guess && !s.clock.guess() {
		s.cover()
	}
	ahead := s.clock.at(f.asked).Sub(f.asked)
	if off := s.clock.settled() && ahead.Abs() > clockWarn; off != s.clock.told {
		s.clock.told = off
		if off {
			s.observer.Noticed(Notice{Kind: ClockDiffers, Text: fmt.Sprintf("by most answers, the vendor's clock is %v ahead of this machine's", ahead.Round(time.Second))})
		}
	}
}

func after(t time.Time, seconds int64) time.Time {
	return t.UTC().Add(time.Duration(seconds) * time.Second)
}

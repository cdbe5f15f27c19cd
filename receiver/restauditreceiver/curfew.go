// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"sync"
	"time"
)

const (
	// leastGrace is what a receiver gets whose turn comes when others have used
	// the grace period up: its own destination may be well.
	leastGrace = 500 * time.Millisecond
	// lull is how long no receiver must have been stopped for the next stop to be
	// the first of others: of one receiver that a reload takes away, say.
	lull = 3 * time.Second
)

// curfew is what the receivers of a factory have in common when they are stopped.
// The Collector stops them in turn: with a grace period each, a destination that
// is down would make the stop of ten of them take ten times as long, and whoever
// waits for the process would kill it. So the time of all counts from the first.
//
// A reload makes new receivers with a new factory. The zero value is ready. It is
// safe for concurrent use.
type curfew struct {
	mu sync.Mutex
	// first is when the first of these stops began, last when the last one ended;
	// open are those under way.
	first, last time.Time
	open        int
}

// enter begins a stop and returns how much of the grace period is left for it.
func (c *curfew) enter(grace time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.open == 0 && now.Sub(c.last) > lull {
		c.first = now
	}
	c.open++
	return max(min(grace, leastGrace), grace-now.Sub(c.first))
}

// leave ends a stop.
func (c *curfew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	c.last = time.Now()
}

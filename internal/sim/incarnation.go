// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// incarnation is one life of the collector, from its start to its stop or kill.
type incarnation struct {
	no      int
	variant string // of the configuration
	// soft and hard are the contexts of source.Run.
	soft, hard         context.Context
	stopSoft, stopHard context.CancelFunc
	dead               atomic.Bool
	once               sync.Once
	killed             chan struct{}
	done               chan struct{}
	err                error
	// closeStorage ends what the storage has running.
	closeStorage func()
	// fate decides on kills, one stream per port.
	fate [4]*stream
	// waitUntil is when the vendor allows the next request.
	waitUntil time.Duration
}

func newIncarnation(seed uint64, no int) *incarnation {
	inc := &incarnation{no: no, killed: make(chan struct{}), done: make(chan struct{})}
	inc.hard, inc.stopHard = context.WithCancel(context.Background())
	inc.soft, inc.stopSoft = context.WithCancel(inc.hard)
	for i := range inc.fate {
		inc.fate[i] = newStream(seed, fmt.Sprintf("fate %d of %d", i, no))
	}
	return inc
}

// kill ends the incarnation at once: nothing that it does from now on counts.
func (inc *incarnation) kill() {
	inc.once.Do(func() {
		inc.dead.Store(true)
		close(inc.killed)
		inc.stopSoft()
		inc.stopHard()
	})
}

// pause waits for d, or less when ctx ends or the incarnation is killed.
func (inc *incarnation) pause(ctx context.Context, d time.Duration) error {
	if d > 0 {
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
	if inc.dead.Load() {
		return errKilled
	}
	return nil
}

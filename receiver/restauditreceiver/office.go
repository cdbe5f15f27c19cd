// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"sync"
	"time"
)

// The roles of a replica.
const (
	roleStandby = "standby"
	roleLeader  = "leader"
)

// enterAgain is how long a leader whose source could not start waits before it
// tries again: there is nobody to give the error to.
const enterAgain = 10 * time.Second

// office is held by one of several replicas. It starts the source when this one
// is elected, and stops it in order when it no longer is. One goroutine does
// both, so that no term begins before the one before it has ended.
type office struct {
	// enter and leave start and stop the source. leave is quick once its context
	// has ended.
	enter, leave func(ctx context.Context) error
	// tell makes known what this replica is now, and what is wrong with that.
	tell func(role string, err error)

	// mu guards what is below.
	mu              sync.Mutex
	elected, closed bool

	// left is what went wrong when the last term ended. It is run's until done.
	left error

	changed chan struct{} // holds one token: look again
	done    chan struct{}
}

func newOffice(enter, leave func(context.Context) error, tell func(string, error)) *office {
	return &office{enter: enter, leave: leave, tell: tell, changed: make(chan struct{}, 1), done: make(chan struct{})}
}

// elect says whether this replica is the leader. It does not wait for what that
// leads to.
func (o *office) elect(elected bool) {
	o.mu.Lock()
	o.elected = elected
	o.mu.Unlock()
	o.wake()
}

// close stops the source, in order until ctx ends and at once then, and returns
// what went wrong with that. Elections have no effect any more.
func (o *office) close(ctx context.Context, hard context.CancelFunc) error {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.wake()
	select {
	case <-o.done:
	case <-ctx.Done():
	}
	hard()
	<-o.done
	return o.left
}

func (o *office) wake() {
	select {
	case o.changed <- struct{}{}:
	default: // a token is there
	}
}

// run runs the source whenever this replica is the leader, until close. When
// hard ends, a stop under way becomes a quick one.
func (o *office) run(hard context.Context) {
	defer close(o.done)
	for {
		if elected, closed := o.now(); !elected && !closed {
			o.tell(roleStandby, o.left)
		}
		if !o.await(true) {
			return
		}
		o.tell(roleLeader, nil)
		if o.begin(hard) {
			o.await(false)
			o.left = o.leave(hard)
		}
	}
}

// begin starts the source, however often it takes; false = it is not to run any more.
func (o *office) begin(hard context.Context) bool {
	for tries := 0; ; tries++ {
		err := o.enter(hard)
		if err == nil && tries > 0 {
			o.tell(roleLeader, nil)
		}
		if err == nil {
			return true
		}
		o.tell(roleLeader, err)
		timer := time.NewTimer(enterAgain)
		select {
		case <-timer.C:
		case <-o.changed:
		}
		timer.Stop()
		if elected, closed := o.now(); !elected || closed {
			return false
		}
	}
}

// await waits until this replica is elected, or is not. It returns false, at
// once, when the office is closed.
func (o *office) await(want bool) bool {
	for {
		elected, closed := o.now()
		if closed {
			return false
		}
		if elected == want {
			return true
		}
		<-o.changed
	}
}

func (o *office) now() (elected, closed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.elected, o.closed
}

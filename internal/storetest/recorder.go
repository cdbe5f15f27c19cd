// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"sync"
	"sync/atomic"
)

// Recorder notes a history while it happens. It is safe for concurrent use.
type Recorder struct {
	clock atomic.Int64
	mu    sync.Mutex
	ops   []Op
}

// Do plays an operation and notes it. play may complete op, such as with the
// value that a read gave; its error makes the operation unknown.
func (r *Recorder) Do(op Op, play func(op *Op) error) error {
	op.Call = r.clock.Add(1)
	err := play(&op)
	op.Return = r.clock.Add(1)
	op.Unknown = err != nil
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, op)
	return err
}

// History gives what was noted so far.
func (r *Recorder) History() []Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Op(nil), r.ops...)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/restaudit/otelcol-audit/distribution/internal/trim"
)

// settled are the times after the start when memory is given back. The packages
// have filled their tables by the first: up to all of the program file is mapped
// then, and the first answers may be large. A few sources have started by the
// fifth, a thousand on a busy machine by the last.
var settled = []time.Duration{
	0, 100 * time.Millisecond, 300 * time.Millisecond, time.Second, 15 * time.Second, time.Minute, 5 * time.Minute,
}

// releaseStartMemory gives back what the start took. Reading the configuration of
// a thousand sources takes twice the memory that they need from then on, and the
// runtime would keep it: it has no reason to collect while nothing happens.
func releaseStartMemory(ctx context.Context, release func()) {
	began := time.Now()
	for _, after := range settled {
		timer := time.NewTimer(time.Until(began.Add(after)))
		select {
		case <-timer.C:
			release()
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// startReleasing runs releaseStartMemory behind the program until stop is called.
func startReleasing() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	go releaseStartMemory(ctx, func() {
		debug.FreeOSMemory()
		// An offer to the kernel: where it can't be made, nothing is lost.
		_ = trim.Program()
	})
	return cancel
}

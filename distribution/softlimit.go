// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// leastLimit is what a process of a few sources gets along with, also while a
	// vendor sends the largest page: beyond, garbage is collected rather than kept.
	leastLimit = 48 << 20
	// usualLive is how much of it is in use at most between such pages.
	usualLive = 14 << 20
	// steady is how long more must be in use to be taken for what the process needs:
	// one large page may follow another. Beyond the limit, where the runtime would
	// do little else than collect, it is soon.
	steady, soon = 30 * time.Second, 5 * time.Second
)

// softLimit decides on the runtime's soft limit of memory. A limit that is too
// low for what is in use would make the runtime collect garbage all the time, so
// it follows a heap that stays large, as with a thousand sources, and stays where
// it is for one that is large for a moment, as with one large page.
type softLimit struct{ since time.Time }

// after is the limit after a collection that left live bytes.
func (l *softLimit) after(live int64, now time.Time) int64 {
	switch {
	case live <= usualLive:
		l.since = time.Time{}
		return leastLimit
	case l.since.IsZero():
		l.since = now
		return leastLimit
	case now.Sub(l.since) < soon, now.Sub(l.since) < steady && live < leastLimit:
		return leastLimit
	default:
		return max(leastLimit, 2*live+leastLimit-2*usualLive)
	}
}

// keepMemoryLow sets the limit, and again after each collection. Whoever sets
// GOMEMLIMIT knows better.
func keepMemoryLow() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(leastLimit)
	afterEachCollection(new(softLimit))
}

// afterEachCollection waits for an object that nobody refers to: it goes with
// the next collection.
func afterEachCollection(l *softLimit) {
	marker := new([16]byte)
	runtime.AddCleanup(marker, func(l *softLimit) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetMemoryLimit(l.after(int64(live[0].Value.Uint64()), time.Now()))
		afterEachCollection(l)
	}, l)
}

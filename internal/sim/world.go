// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// start is the true time at which worlds begin; a bubble's clock begins in 2000.
var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// World is one simulated world. Make it with NewWorld, then call Run once,
// inside a bubble of testing/synctest.
type World struct {
	s      *Scenario
	mu     sync.Mutex // over everything below
	epoch  time.Time
	vendor *vendor
	disk   *disk
	bucket *bucket // nil: the state is on the disk
	ledger ledger
	inc    *incarnation
	lives  int
	// zombies are superseded incarnations that do not know it yet.
	zombies []*incarnation
	// owner is the number of the first incarnation that is not superseded, and
	// tookOver tells the director that there has to be another one.
	owner    int
	tookOver chan struct{}
	variant  string
	// director decides what happens between the ports' calls.
	director *stream
	hits     Coverage
	problems []string
	// fresh is the event of O4 once it has arrived.
	fresh *event
	// hopeless is set when the source runs wild; the world ends early then.
	hopeless bool
	lines    []string
}

// NewWorld makes the world of a scenario.
func NewWorld(s *Scenario) *World {
	w := &World{
		s: s, disk: newDisk(), variant: "a", hits: Coverage{}, ledger: newLedger(s.Log),
		tookOver: make(chan struct{}, 1), director: newStream(s.Seed, "director"),
	}
	if s.Bucket.on {
		w.bucket = newBucket(w)
	}
	return w
}

// Report is what came of a world.
type Report struct {
	Violations []string
	Coverage   Coverage
	Trace      []string
	Lives      int
	Requests   int
	Delivered  int
	Boundaries int
}

// Run lets the world happen and judges it.
func (w *World) Run() Report {
	time.Sleep(time.Until(start))
	w.epoch = time.Now()
	w.vendor = newVendor(w)
	w.begin()
	w.rough()
	w.calm()
	if w.hopeless {
		w.reap(w.inc)
	} else {
		w.rest()
	}
	w.judgeBucket()
	w.judge()
	return Report{
		Violations: w.problems, Coverage: w.hits, Trace: w.lines, Lives: w.lives,
		Requests: len(w.ledger.requests), Delivered: w.ledger.accepted,
	}
}

// now is the time since the start of the world.
func (w *World) now() time.Duration { return time.Since(w.epoch) }

// begin starts the next incarnation.
func (w *World) begin() {
	inc := newIncarnation(w.s.Seed, w.lives)
	w.mu.Lock()
	inc.variant = w.variant
	w.inc = inc
	w.lives++
	w.ledger.pollEnded = w.now()
	w.mu.Unlock()
	src, err := w.newSource(inc)
	if err != nil {
		w.violation("setup: %v", err)
		close(inc.done)
		return
	}
	if inc.no == 0 {
		w.trace("SCENARIO %v", w.s)
	}
	w.trace("START #%d configuration %s", inc.no, inc.variant)
	go func() {
		defer close(inc.done)
		defer inc.closeStorage()
		inc.err = src.Run(inc.soft, inc.hard)
	}()
}

// rough is the time in which things go wrong.
func (w *World) rough() {
	stops := w.s.Stops
	for w.now() < w.s.Rough && !w.hopeless {
		until := w.s.Rough
		if len(stops) > 0 {
			until = min(until, stops[0])
		}
		timer := time.NewTimer(until - w.now())
		select {
		case <-w.inc.killed:
			w.reap(w.inc)
			if !w.hopeless {
				w.meanwhile()
			}
		case <-w.inc.done:
			w.ended(w.inc)
			w.meanwhile()
		case <-w.tookOver:
			if w.superseded(w.inc) { // else it ended before, and was replaced
				w.zombies = append(w.zombies, w.inc)
				w.begin()
			}
		case <-timer.C:
			if until < w.s.Rough {
				stops = stops[1:]
				w.stop()
				w.meanwhile()
			}
		}
		timer.Stop()
	}
}

// reapWithin is how long an incarnation may take to end when it is told to.
const reapWithin = 5 * time.Minute

// reap waits until a killed incarnation is gone.
func (w *World) reap(inc *incarnation) {
	select {
	case <-inc.done:
	case <-time.After(reapWithin):
		w.violation("Run did not end %v after its contexts", reapWithin)
	}
}

// ended judges an incarnation that ended by itself.
func (w *World) ended(inc *incarnation) {
	if inc.dead.Load() {
		return
	}
	w.cancel(inc)
	if w.superseded(inc) && inc.err != nil {
		return
	}
	w.violation("Run ended by itself: %v", inc.err)
}

// cancel ends what an incarnation may still hold.
func (w *World) cancel(inc *incarnation) {
	inc.stopSoft()
	inc.stopHard()
}

// grace is how long an orderly shutdown waits for the page in flight.
const grace = 25 * time.Second

// stop shuts the incarnation down in an orderly way.
func (w *World) stop() {
	w.cover("F42")
	w.trace("STOP #%d", w.inc.no)
	inc := w.inc
	inc.stopSoft()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-inc.done:
	case <-timer.C:
		w.trace("HARD STOP #%d", inc.no)
		w.noteHardStop(inc)
	}
	inc.stopHard()
	w.reap(inc)
	if inc.err != nil && !inc.dead.Load() && !w.superseded(inc) && !errors.Is(inc.err, inc.hard.Err()) {
		w.violation("Run returned an error from an orderly stop: %v", inc.err)
	}
}

// meanwhile is the time between two incarnations.
func (w *World) meanwhile() {
	f, r := w.s.Faults, w.director
	down := r.span(0, f.down)
	if long := r.chance(.3); long && f.long > 0 {
		down = f.long + r.span(0, f.long)
		w.cover("F14")
	}
	time.Sleep(min(down, max(w.s.Rough-w.now(), 0)))
	if r.chance(f.config) {
		w.cover("F49")
		w.variant += "x"
	}
	corrupt := r.chance(f.corrupt)
	w.mu.Lock()
	corrupt = corrupt && w.disk.data[checkpoint.KeyState] != nil
	if corrupt && w.ledger.states > 3 && w.disk.data[checkpoint.KeyPrev] == nil {
		w.violated("F46: no previous state after %d stored ones", w.ledger.states)
	}
	both := corrupt && w.disk.damage(r)
	w.mu.Unlock()
	if corrupt {
		w.corrupted(both)
		return
	}
	w.begin()
}

// corrupted starts an incarnation on a damaged storage. It must go on from the
// previous slot, or wait for somebody to repair it.
func (w *World) corrupted(both bool) {
	w.cover("F46")
	w.trace("DAMAGED both=%v", both)
	w.mu.Lock()
	w.ledger.crashes++ // the newest commit may be lost, as by a kill
	w.mu.Unlock()
	w.begin()
	if !both {
		return
	}
	before := len(w.ledger.requests)
	select {
	case <-w.inc.done:
	case <-time.After(10 * time.Minute):
	}
	w.mu.Lock()
	if len(w.ledger.requests) > before {
		w.violated("F46: polled with a checkpoint that can't be read")
	}
	w.disk.repair()
	w.mu.Unlock()
}

// superseded tells whether another instance has taken over from inc.
func (w *World) superseded(inc *incarnation) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return inc.no < w.owner
}

// supersede lets another instance take over, now and then.
func (w *World) supersede(inc *incarnation, r *stream) {
	if !r.chance(w.s.Faults.takeOver) || w.now() >= w.s.Rough || inc.no >= maxLives {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if inc.no < w.owner || inc != w.inc {
		return
	}
	w.owner = inc.no + 1
	w.hits["F50"]++
	w.ledger.crashes++
	select {
	case w.tookOver <- struct{}{}:
	default:
	}
}

// violation notes that the promise was broken.
func (w *World) violation(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.violated(format, args...)
}

// violated is violation for those who hold the lock.
func (w *World) violated(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.problems = append(w.problems, text)
	w.traced("VIOLATION %s", text)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"time"
)

// calm begins when nothing goes wrong any more: the source has to catch up, and
// then to show a fresh event within two polls (O4).
func (w *World) calm() {
	for _, z := range w.zombies {
		select {
		case <-z.done:
		case <-time.After(time.Hour):
			w.violation("F50: a superseded instance goes on")
			z.kill()
			<-z.done
		}
		w.cancel(z)
	}
	if w.hopeless {
		return
	}
	w.revive()
	if !w.await(w.catchUpWithin(), w.hasCaughtUp) {
		w.violation("O4: no poll has caught up %v after the faults stopped", w.catchUpWithin())
		return
	}
	// The last events of the plan are out by then. On a whole second, every
	// format can write the event's time as it is.
	time.Sleep(time.Minute + time.Second - w.now()%time.Second)
	if w.hopeless {
		return
	}
	w.mu.Lock()
	e := w.addFresh()
	w.mu.Unlock()
	if w.epoch.Add(e.at).Before(w.ledger.begin) || !w.owedByOrder(e) && !w.owedByOverlap(0) {
		return // as the vendor's clock has it, it is too old
	}
	if w.s.hasEnd() && w.s.Vendor.noDate && w.s.Vendor.skew > 0 {
		return // it is from the future for a source that knows no other clock
	}
	within := w.vendor.format.Granularity() + 2*w.s.Engine.interval + w.s.Engine.delay + w.sweepAll() + 10*time.Second
	arrived := w.await(within, func() bool { return w.ledger.fates[e.seq].accepted > 0 })
	if !arrived && !w.owedByOrder(e) && !w.owedByOverlap(0) {
		return // the position was lost meanwhile
	}
	if !arrived {
		w.violation("O4: a fresh event was not delivered within two polls (%v)", within)
		return
	}
	w.fresh = e
}

// revive sees to it that an incarnation runs.
func (w *World) revive() {
	w.drainTakeOver()
	select {
	case <-w.inc.done:
		w.cancel(w.inc)
		w.begin()
	default:
	}
}

// drainTakeOver does what the end of the rough phase left undone.
func (w *World) drainTakeOver() {
	select {
	case <-w.tookOver:
		if !w.superseded(w.inc) {
			return
		}
		old := w.inc
		w.stop()
		w.cancel(old)
	default:
	}
}

// rest is the time that sweeps need; after it everything that is owed has to be
// there. A last restart must repeat nothing.
func (w *World) rest() {
	time.Sleep(w.s.Settle)
	w.stop()
	w.begin()
	time.Sleep(w.s.Engine.interval + 5*time.Second)
	w.stop()
}

// await waits until ok, which is called under the lock.
func (w *World) await(within time.Duration, ok func() bool) bool {
	deadline := w.now() + within
	step := max(time.Second, w.s.Engine.interval/8)
	for {
		w.mu.Lock()
		done := ok() || w.hopeless
		w.mu.Unlock()
		if done || w.now() >= deadline {
			return done
		}
		time.Sleep(min(step, deadline-w.now()))
	}
}

// hasCaughtUp tells whether a poll that began in calm times has caught up.
func (w *World) hasCaughtUp() bool {
	return w.ledger.caughtUp > w.s.Rough && w.ledger.polls > w.ledger.pollsInRough
}

// sweepAll is how long it takes to read everything several times over.
func (w *World) sweepAll() time.Duration {
	return time.Duration(6*w.s.pages()) * w.s.Vendor.latency
}

// catchUpWithin bounds how long after the faults the source is behind: the
// longest Retry-After, the back-off, and the pages.
func (w *World) catchUpWithin() time.Duration {
	return 20*time.Minute + 6*w.s.Engine.interval + 2*w.sweepAll()
}

// pages is a generous number of requests to read all there is once.
func (s *Scenario) pages() int {
	size := max(1, min(s.Vendor.pageSize, s.Engine.smallerPages))
	if most := s.Engine.maxRecords; most > 0 {
		size = max(1, min(size, most/2))
	}
	n := len(s.Log)/size + 3
	if s.Engine.size > 0 {
		n += int((s.Rough+s.Settle+s.Engine.startBack)/(s.Engine.size-s.Engine.overlap)) + 1
	}
	if s.Vendor.cap > 0 {
		n += 25 * (s.Vendor.cap/size + 2) * (len(s.Log)/s.Vendor.cap + 2) // halving windows
	}
	return n
}

// addFresh lets one more event happen.
func (w *World) addFresh() *event {
	at := w.now() + w.s.Vendor.skew
	e := &event{seq: len(w.s.Log), visible: w.now(), at: at, id: "fresh"}
	write := func(at time.Duration) string { return writeTime(w.epoch.Add(at), w.s.Engine.layout) }
	e.raw = e.render(newStream(w.s.Seed, "fresh"), write, 0)
	w.s.Log = append(w.s.Log, e)
	w.vendor.add(e)
	w.ledger.add(e)
	return e
}

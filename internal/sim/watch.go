// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"errors"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// watch is the source.Observer of one incarnation.
type watch struct {
	w   *World
	inc *incarnation
}

// Attempted implements source.Observer.
func (o *watch) Attempted(a source.Attempt) {
	if a.Err != nil {
		o.w.mu.Lock()
		o.w.judgeText(a.Err, "")
		if failure := new(send.Error); errors.As(a.Err, &failure) && failure.TooLarge {
			o.w.hits["S6"]++
		}
		o.w.mu.Unlock()
		o.w.trace("attempt failed: %s, waits %v: %v", a.Class, a.Wait, a.Err)
	}
}

// Delivered implements source.Observer. It checks the balance (O6).
func (o *watch) Delivered(d source.Delivery) {
	o.w.mu.Lock()
	defer o.w.mu.Unlock()
	if o.inc.dead.Load() {
		return
	}
	if d.Fetched != d.Emitted+d.Duplicate+d.Filtered+d.Quarantined {
		o.w.violated("O6: a page does not balance: %+v", d)
	}
	b := &o.w.ledger.balance
	b.Fetched += d.Fetched
	b.Emitted += d.Emitted
	b.Duplicate += d.Duplicate
	b.Filtered += d.Filtered
	b.Quarantined += d.Quarantined
	if d.Filtered > 0 {
		o.w.hits["F56"]++
	}
	if d.Sweep && d.Emitted > 0 {
		o.w.hits["F01s"]++
	}
}

// Noticed implements source.Observer.
func (o *watch) Noticed(n source.Notice) {
	o.w.mu.Lock()
	defer o.w.mu.Unlock()
	if o.inc.dead.Load() {
		return
	}
	o.w.judgeText(n.Err, n.Text)
	l := &o.w.ledger
	switch n.Kind {
	case source.PollDone:
		o.pollDone(n)
	case source.GapFound:
		l.found = append(l.found, foundGap{n.Gap, o.w.now()})
		o.w.hits["gap "+n.Gap.Reason]++
	case source.CursorExpired:
		l.lostPlaces++
		l.recovered = 0
		o.w.traced("notice: %s", n.Text)
	case source.Loaded:
		if strings.Contains(n.Text, "could not be read back") {
			o.w.violated("F44: a state was stored that names what is not there: %s", n.Text)
		}
		o.w.traced("loaded: %s", n.Text)
	case source.Committed, source.CommitFailed:
	default:
		o.w.traced("notice %d: %s %v", n.Kind, n.Text, n.Err)
	}
}

func (o *watch) pollDone(n source.Notice) {
	l, now := &o.w.ledger, o.w.now()
	l.polls++
	if now < o.w.s.Rough {
		l.pollsInRough = l.polls
	}
	if n.New == 0 {
		o.w.hits["F59"]++
	}
	if n.CaughtUp {
		l.caughtUp = now
	}
	if n.CaughtUp && l.recovered == 0 {
		l.recovered = now
	}
	if top := o.w.vendor.top; n.CaughtUp && top > l.pollEnded {
		l.caughtUps = append(l.caughtUps, catchUp{top, now})
	}
	l.pollEnded = now
	o.w.traced("poll done #%d low=%v high=%v caught up=%v new=%d", o.inc.no, n.Low.Sub(o.w.epoch), n.High.Sub(o.w.epoch), n.CaughtUp, n.New)
}

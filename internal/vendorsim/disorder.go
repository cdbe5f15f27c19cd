// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import "time"

// Salts keep the dice for different questions about one event apart.
const (
	saltBody uint64 = iota + 1
	saltLate
	saltLateBy
	saltRepeat
	saltFault
	saltStatus
)

// SetDisorder changes lateness and repeats for the events that happen after now. Events of the past keep what they
// had, so that the order in which they were persisted stays true.
func (l *Log) SetDisorder(d Disorder, now time.Time) {
	from := l.Count(now)
	l.mu.Lock()
	defer l.mu.Unlock()
	old := *l.regimes.Load()
	fresh := append(old[:len(old):len(old)], regime{from: max(from, l.arrivals.considered), Disorder: d})
	l.regimes.Store(&fresh)
}

// Disorder returns what holds for new events.
func (l *Log) Disorder() Disorder { return l.disorder(maxEvents) }

// disorder returns what holds for event i.
func (l *Log) disorder(i int) Disorder {
	regimes := *l.regimes.Load()
	for k := len(regimes) - 1; k > 0; k-- {
		if i >= regimes[k].from {
			return regimes[k].Disorder
		}
	}
	return regimes[0].Disorder
}

// original is the event that slot i serves: i itself, or i-1 where i is a repeat. A repeat is never repeated.
func (l *Log) original(i int) int {
	if l.repeats(i) && !l.repeats(i-1) {
		return i - 1
	}
	return i
}

func (l *Log) repeats(i int) bool {
	if i <= 0 || l.cfg.unique {
		return false
	}
	p := l.disorder(i).DuplicateFraction
	return p > 0 && chance(mix(l.cfg.Seed, uint64(i), saltRepeat), p)
}

// arrival is the time from which slot i is visible. A repeat has a lateness of its own.
func (l *Log) arrival(i int) time.Time {
	at := l.occurred(l.original(i)).Add(l.cfg.Delay)
	d := l.disorder(i)
	if d.LateFraction > 0 && d.LateMax > 0 && chance(mix(l.cfg.Seed, uint64(i), saltLate), d.LateFraction) {
		at = at.Add(time.Duration(mix(l.cfg.Seed, uint64(i), saltLateBy)%uint64(d.LateMax)) + 1)
	}
	if b := l.cfg.batch; b > 0 {
		at = at.Add(b - 1).Truncate(b)
	}
	return at.UTC()
}

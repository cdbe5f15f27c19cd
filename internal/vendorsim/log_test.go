// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLogTimesNeverDecrease(t *testing.T) {
	l := NewLog(LogConfig{
		Seed: 1, Start: epoch, Rate: 3, Backlog: 100, Ties: 4, Precision: time.Millisecond,
		Disorder: Disorder{DuplicateFraction: 0.5},
	})
	n := l.Count(epoch.Add(time.Minute))
	require.Equal(t, 100+180, n)
	for i := 1; i < n; i++ {
		require.False(t, l.stated(i).Before(l.stated(i-1)), i)
		require.LessOrEqual(t, i-l.original(i), 1)
		require.Equal(t, l.original(i), l.original(l.original(i)), "a repeat is never repeated")
	}
}

func TestLogGrowsWithTheClock(t *testing.T) {
	tests := map[string]struct {
		cfg  LogConfig
		at   time.Duration
		want int
	}{
		"empty by default":                      {LogConfig{}, time.Hour, 0},
		"rate counts from the start":            {LogConfig{Rate: 10}, time.Minute, 600},
		"nothing at the start but the backlog":  {LogConfig{Rate: 10, Backlog: 5}, 0, 5},
		"total caps backlog and live together":  {LogConfig{Rate: 10, Backlog: 5, Total: 12}, time.Hour, 12},
		"total below the backlog":               {LogConfig{Backlog: 5, Total: 3}, time.Hour, 3},
		"backlog is spread before the start":    {LogConfig{Backlog: 10, BacklogSpan: time.Hour}, -30*time.Minute - 1, 5},
		"ties come together":                    {LogConfig{Rate: 1, Ties: 10}, time.Second, 10},
		"before everything there is nothing":    {LogConfig{Backlog: 5}, -time.Hour, 0},
		"a second without rate between backlog": {LogConfig{Backlog: 5}, -2 * time.Second, 4},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.cfg.Start = epoch
			assert.Equal(t, tt.want, NewLog(tt.cfg).Count(epoch.Add(tt.at)))
		})
	}
}

func TestRangeIsHalfOpenInStatedTime(t *testing.T) {
	l := NewLog(LogConfig{Start: epoch, Rate: 4, Precision: time.Second})
	now := epoch.Add(time.Minute)
	lo, hi := l.Range(epoch.Add(10*time.Second), epoch.Add(11*time.Second), now)
	assert.Equal(t, 4, hi-lo, "four events state the tenth second")
	for i := lo; i < hi; i++ {
		assert.Equal(t, epoch.Add(10*time.Second), l.stated(i))
	}
	lo, hi = l.Range(epoch.Add(20*time.Second), epoch.Add(10*time.Second), now)
	assert.Zero(t, hi-lo, "an inverted range is empty")
}

func TestArrivalOrderIsTheSameWheneverItIsAskedFor(t *testing.T) {
	cfg := LogConfig{
		Seed: 3, Start: epoch, Rate: 5, Backlog: 50, Delay: 2 * time.Second,
		Disorder: Disorder{LateFraction: 0.3, LateMax: 30 * time.Second, DuplicateFraction: 0.1},
	}
	end := epoch.Add(5 * time.Minute)
	once, often := NewLog(cfg), NewLog(cfg)
	for at := epoch.Add(-time.Minute); at.Before(end); at = at.Add(1700 * time.Millisecond) {
		often.Arrived(at)
	}
	n := once.Arrived(end)
	require.Equal(t, n, often.Arrived(end))
	order := once.InArrivalOrder(0, n)
	require.Equal(t, order, often.InArrivalOrder(0, n))
	for k := 1; k < n; k++ {
		require.False(t, once.arrival(order[k]).Before(once.arrival(order[k-1])))
	}
	late := 0
	for i := range once.Count(end) {
		if once.arrival(i).After(once.occurred(i).Add(cfg.Delay)) {
			late++
		}
	}
	assert.InDelta(t, 0.3, float64(late)/float64(once.Count(end)), 0.05)
	assert.Less(t, once.Arrived(epoch), n, "a clock that was set back sees less")
}

func TestNewDisorderLeavesThePastAlone(t *testing.T) {
	cfg := LogConfig{Seed: 3, Start: epoch, Rate: 10}
	l := NewLog(cfg)
	mid := epoch.Add(time.Minute)
	n := l.Arrived(mid)
	before := l.InArrivalOrder(0, n)
	l.SetDisorder(Disorder{LateFraction: 1, LateMax: time.Hour}, mid)
	assert.Equal(t, n, l.Arrived(mid.Add(time.Second)), "new events are late")
	assert.Equal(t, before, l.InArrivalOrder(0, n))
	l.SetDisorder(Disorder{}, mid.Add(time.Second))
	assert.GreaterOrEqual(t, l.Arrived(mid.Add(2*time.Second)), n+10)
}

func TestRetentionHidesOldEvents(t *testing.T) {
	l := NewLog(LogConfig{Start: epoch, Backlog: 10, BacklogSpan: 10 * time.Hour, Retention: 5 * time.Hour})
	visible := 0
	for i := range 10 {
		if l.Visible(i, epoch) {
			visible++
		}
	}
	assert.Equal(t, 5, visible)
}

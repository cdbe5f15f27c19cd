// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package window

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func at(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse("2006-01-02T15:04:05.999999999", "2026-01-02T"+s)
	if err != nil {
		panic(err)
	}
	return t
}

func second(t time.Time) time.Time { return t.Truncate(time.Second) }

func TestPlan(t *testing.T) {
	for name, tc := range map[string]struct {
		settings       Settings
		low, high, now string
		from, to       string
		caughtUp       bool
	}{
		"start only: open-ended from the overlap below the watermark": {
			Settings{Overlap: 5 * time.Minute}, "12:00:00", "12:00:00", "13:00:00", "11:55:00", "", true,
		},
		"the lower bound is cut to the granule, never rounded up": {
			Settings{Floor: second, Granule: time.Second}, "12:00:00.999", "12:00:00.999", "13:00:00", "12:00:00", "", true,
		},
		"an exclusive start moves one granule down": {
			Settings{Floor: second, Granule: time.Second, ExclusiveStart: true}, "12:00:00.5", "12:00:00.5", "13:00:00", "11:59:59", "", true,
		},
		"the upper bound stays behind now by the delay": {
			Settings{HasEnd: true, Delay: 2 * time.Minute}, "12:00:00", "12:00:00", "13:00:00", "12:00:00", "12:58:00", true,
		},
		"a long way to go is cut into windows": {
			Settings{HasEnd: true, Size: 10 * time.Minute, Overlap: time.Minute}, "12:00:00", "12:00:00", "13:00:00", "11:59:00", "12:09:00", false,
		},
		"a quiet source looks back to its newest event": {
			Settings{HasEnd: true, Overlap: time.Minute}, "12:00:00", "10:00:00", "12:01:00", "09:59:00", "12:01:00", true,
		},
		"but not further than the window's size": {
			Settings{HasEnd: true, Overlap: time.Minute, Size: time.Hour}, "12:00:00", "10:00:00", "12:01:00", "11:59:00", "12:01:00", true,
		},
		"a clock behind the watermark gives an empty window, not a negative one": {
			Settings{HasEnd: true}, "12:00:00", "12:00:00", "11:00:00", "12:00:00", "12:00:00", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, caughtUp := tc.settings.Plan(Position{Low: at(tc.low), High: at(tc.high), Now: at(tc.now)})
			assert.Equal(t, Window{From: at(tc.from), To: at(tc.to)}, w)
			assert.Equal(t, tc.caughtUp, caughtUp)
		})
	}
}

func TestDrained(t *testing.T) {
	for name, tc := range map[string]struct {
		low, to, asOf, newest, want string
	}{
		"the watermark moves to the end of the window":                       {"12:00:00", "13:00:00", "13:00:05", "12:30:00", "13:00:00"},
		"but not beyond the vendor's clock":                                  {"12:00:00", "13:00:00", "12:40:00", "12:30:00", "12:40:00"},
		"without an upper bound it moves to the newest event":                {"12:00:00", "", "13:00:00", "12:30:00", "12:30:00"},
		"an event from the future does not carry it past the clock":          {"12:00:00", "", "12:20:00", "12:30:00", "12:20:00"},
		"without an upper bound and without events it stays":                 {"12:00:00", "", "13:00:00", "", "12:00:00"},
		"it never moves back":                                                {"12:00:00", "11:00:00", "13:00:00", "", "12:00:00"},
		"without a vendor's clock the window's end is all there is to go by": {"12:00:00", "13:00:00", "", "", "13:00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Settings{}.Drained(at(tc.low), Window{To: at(tc.to)}, at(tc.asOf), at(tc.newest))
			assert.Equal(t, at(tc.want), got)
		})
	}
}

func TestWindowsLeaveNoHole(t *testing.T) {
	// Whatever the settings: planning and draining window after window reaches
	// now, and each window starts at or below where the one before ended.
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := Settings{
			HasEnd: true, Overlap: time.Duration(r.IntN(600)) * time.Second, Delay: time.Duration(r.IntN(60)) * time.Second,
			Granule: time.Second, Floor: second, ExclusiveStart: r.IntN(2) == 0,
		}
		s.Size = s.Overlap + time.Duration(2+r.IntN(3600))*time.Second
		low, now := at("01:00:00").Add(time.Duration(r.IntN(1e9))), at("09:00:00")
		for range 20000 {
			w, caughtUp := s.Plan(Position{Low: low, Now: now})
			assert.False(t, w.From.After(low), "seed %d: a hole below %v", seed, w.From)
			assert.LessOrEqual(t, w.To.Sub(w.From), s.Size)
			next := s.Drained(low, w, now, time.Time{})
			if caughtUp {
				low = next
				break
			}
			assert.True(t, next.After(low), "seed %d: stuck at %v", seed, low)
			low = next
		}
		assert.Equal(t, second(now.Add(-s.Delay)), low, "seed %d", seed)
	}
}

func TestSplit(t *testing.T) {
	s := Settings{Granule: time.Second, Floor: second}
	w, ok := s.Split(Window{From: at("12:00:00"), To: at("13:00:00")})
	assert.True(t, ok)
	assert.Equal(t, Window{From: at("12:00:00"), To: at("12:30:00")}, w)
	_, ok = s.Split(Window{From: at("12:00:00"), To: at("12:00:01")})
	assert.False(t, ok, "one granule can't be halved")
	s.ExclusiveStart = true
	_, ok = s.Split(Window{From: at("12:00:00"), To: at("12:00:03")})
	assert.False(t, ok, "the other half, which starts a granule lower, would be as long as the whole")
	_, ok = s.Split(Window{From: at("12:00:00")})
	assert.False(t, ok, "an open window can't be halved")
}

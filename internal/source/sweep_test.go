// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// TestASweepIsGivenUpOnceItsUIDsAreForgotten: it is stuck from the fourth hour to
// the 20th, while the memory holds ten hours of uids. What it found then would be
// repeats.
func TestASweepIsGivenUpOnceItsUIDsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		log := minutely(26*60, begin, time.Minute)
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			now := time.Since(begin)
			if now > 3*time.Hour && now < 20*time.Hour && ask.Window.From.Before(begin.Add(10*time.Minute)) {
				return fetch.Result{}, errTooLarge
			}
			return pageOf(end(""), shown(log, ask)...), nil
		}
		set := defaults()
		set.Window.HasEnd, set.Paging.Type = true, paging.None
		set.SweepEvery, set.SweepDepth = 210*time.Minute, 4*time.Hour
		set.MaxUIDs = 600
		require.NoError(t, r.run(t, set, 6*time.Hour))
		require.NotNil(t, r.last().Sweep, "it is stuck")
		require.NoError(t, r.run(t, set, 18*time.Hour))
		assertEachOnce(t, r.delivered, 24*60)
		assert.Greater(t, r.last().LastSweep, begin.Add(6*time.Hour), "others came after it")
	})
}

// TestASweepWhoseCursorDiesOfSmallPagesIsHalved: cursors of this vendor live for
// six pages, and its rows of that day are so large that 25 fit a page.
func TestASweepWhoseCursorDiesOfSmallPagesIsHalved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		log, late := minutely(240, begin, time.Minute), 5*time.Hour
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			if time.Since(begin) < late {
				return pageOf(end("")), nil
			}
			page, n, size := shown(log, ask), 0, int(ask.PageSize)
			if size == 0 {
				size = 100
			}
			if c := ask.Position.Cursor; c != "" {
				_, err := fmt.Sscanf(c, "row-%d", &n)
				require.NoError(t, err)
			}
			switch page = page[min(n, len(page)):]; {
			case n >= 6*size:
				return fetch.Result{}, &send.Error{Class: send.ClassCursorExpired, Status: 410, Err: errors.New("expired")}
			case min(len(page), size) > 25:
				return fetch.Result{}, errTooLarge
			case len(page) <= size:
				return pageOf(end(""), page...), nil
			default:
				return pageOf(at(fmt.Sprint("row-", n+size)), page[:size]...), nil
			}
		}
		set := defaults()
		set.Window.HasEnd, set.Sized, set.Paging.PageSize = true, true, 100
		set.SweepEvery, set.SweepDepth = 6*time.Hour, 8*time.Hour
		require.NoError(t, r.run(t, set, 7*time.Hour))
		assertEachOnce(t, r.delivered, 240)
		assert.Nil(t, r.last().Sweep, "it has come to its end")
	})
}

// assertEachOnce asserts that n events came, none of them twice.
func assertEachOnce(t *testing.T, delivered []string, n int) {
	t.Helper()
	times, different, repeats := map[string]int{}, 0, 0
	for _, uid := range delivered {
		if times[uid]++; times[uid] == 1 {
			different++
		} else {
			repeats++
		}
	}
	assert.Equal(t, n, different, "none is lost")
	assert.Zero(t, repeats)
}

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
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/send"
)

var errTooLarge = &send.Error{Class: send.ClassData, Status: 200, TooLarge: true, Err: errors.New("too large")}

// minutely is a log of n events.
func minutely(n int, from time.Time, step time.Duration) (log []record.Record) {
	for i := range n {
		log = append(log, event(fmt.Sprintf("e%d", i), from.Add(time.Duration(i)*step)))
	}
	return log
}

// shown is what a vendor has of a log by now, in the window that it is asked for.
func shown(log []record.Record, ask fetch.Ask) (page []record.Record) {
	for _, e := range log {
		if !e.Time.After(time.Now()) && !e.Time.Before(ask.Window.From) && !e.Time.After(ask.Window.To) {
			page = append(page, e)
		}
	}
	return page
}

func TestAPageThatIsTooLargeIsAskedForWithFewerRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			size := ask.PageSize
			if size == 0 {
				size = 100
			}
			if size > 30 {
				return fetch.Result{}, errTooLarge
			}
			if ask.Position.Cursor == "" {
				return pageOf(at("b"), event("e1", begin)), nil
			}
			return pageOf(end(""), event("e2", begin)), nil
		}
		set := defaults()
		set.Sized, set.Paging.PageSize = true, 100
		require.NoError(t, r.run(t, set, 30*time.Second))
		assert.Equal(t, []string{"e1", "e2"}, r.delivered)
		var sizes []int64
		for _, ask := range r.asks {
			sizes = append(sizes, ask.PageSize)
		}
		assert.Equal(t, []int64{0, 25, 25}, sizes, "the rest of the walk stays small")
	})
}

func TestAWindowWhosePageIsTooLargeIsReadInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		log := minutely(60, begin, -time.Minute)
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			page := shown(log, ask)
			if len(page) > 10 {
				return fetch.Result{}, errTooLarge
			}
			return pageOf(end(""), page...), nil
		}
		set := defaults()
		set.Window.HasEnd, set.Paging.Type = true, paging.None
		require.NoError(t, r.run(t, set, 20*time.Minute))
		assert.Len(t, r.delivered, 60, "each once")
		assert.Empty(t, r.gaps)
		assert.Less(t, len(r.asks), 120, "no hot loop")
	})
}

// TestAPageThatStaysTooLargeIsAskedForUntilItIsNot: nothing is passed over.
func TestAPageThatStaysTooLargeIsAskedForUntilItIsNot(t *testing.T) {
	for name, set := range map[string]Settings{"a window": defaults(), "a stream": stream()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now().UTC()
				r := &rig{}
				r.fetch = func(fetch.Ask) (fetch.Result, error) {
					if time.Since(begin) < time.Hour {
						return fetch.Result{}, errTooLarge
					}
					return pageOf(end("x"), event("e", begin)), nil
				}
				set.Window.HasEnd, set.Sized = name == "a window", true
				set.Paging.PageSize = 1000
				require.NoError(t, r.run(t, set, 2*time.Hour))
				assert.Equal(t, []string{"e"}, r.delivered)
				assert.Empty(t, r.gaps)
				assert.Less(t, len(r.asks), 300, "no hot loop")
			})
		})
	}
}

// TestASweepIsReadInParts: only a sweep can find what came an hour late.
func TestASweepIsReadInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		log := minutely(30, begin, -time.Minute)
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			var page []record.Record
			if time.Since(begin) > time.Hour {
				page = shown(log, ask)
			}
			if len(page) > 10 {
				return fetch.Result{}, errTooLarge
			}
			return pageOf(end(""), page...), nil
		}
		set := defaults()
		set.Window.HasEnd, set.Paging.Type = true, paging.None
		set.SweepEvery, set.SweepDepth = 90*time.Minute, 4*time.Hour
		require.NoError(t, r.run(t, set, 3*time.Hour))
		assert.Len(t, r.delivered, 30, "each once")
	})
}

func TestThePollsDoNotWaitForASweepThatIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		log := minutely(240, begin, time.Minute)
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			if now := time.Since(begin); now > time.Hour && now < 3*time.Hour && ask.Window.From.Before(begin) {
				return fetch.Result{}, errTooLarge // one record came late, and is too large by itself
			}
			return pageOf(end(""), shown(log, ask)...), nil
		}
		set := defaults()
		set.Window.HasEnd, set.Paging.Type = true, paging.None
		set.SweepEvery, set.SweepDepth = 90*time.Minute, 4*time.Hour
		require.NoError(t, r.run(t, set, 3*time.Hour))
		assert.Greater(t, len(r.delivered), 150, "the polls went on")
		require.NoError(t, r.run(t, set, time.Hour))
		assert.Greater(t, len(r.delivered), 230)
		assert.Nil(t, r.last().Sweep, "the sweep has come to its end")
	})
}

// TestAVendorThatObjectsToASmallerPageIsAskedForTheUsualOne: some have a least
// size, and some sign their URLs.
func TestAVendorThatObjectsToASmallerPageIsAskedForTheUsualOne(t *testing.T) {
	for name, objection := range map[string]*send.Error{
		"400": {Class: send.ClassConfig, Status: 400, Err: errors.New("limit must be 5 or more")},
		"403": {Class: send.ClassAuth, Status: 403, Err: errors.New("bad signature")},
		"500": {Class: send.ClassRetry, Status: 500, Err: errors.New("oops")},
		"200": {Class: send.ClassData, Status: 200, Err: errors.New("records path is missing")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now().UTC()
				r := &rig{}
				r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
					switch {
					case time.Since(begin) < 10*time.Second:
						return fetch.Result{}, errTooLarge
					case ask.PageSize != 0 && ask.PageSize < 5:
						return fetch.Result{}, objection
					}
					return pageOf(end("x"), event("e", begin)), nil
				}
				set := defaults()
				set.Sized, set.Paging.PageSize = true, 100
				require.NoError(t, r.run(t, set, 5*time.Minute))
				assert.Equal(t, []string{"e"}, r.delivered)
			})
		})
	}
}

// TestAnObjectionToASmallerPageIsNoExpiredCursor: what came late behind the cursor
// would be lost with it.
func TestAnObjectionToASmallerPageIsNoExpiredCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			switch {
			case ask.Position.Cursor == "":
				return pageOf(end("b"), event("e1", begin.Add(-time.Second))), nil
			case ask.Position.Cursor == "c":
				return pageOf(end("c")), nil
			case ask.PageSize != 0:
				return fetch.Result{}, &send.Error{Class: send.ClassConfig, Status: 400, Err: errors.New("the cursor belongs to another limit")}
			case time.Since(begin) < 10*time.Minute:
				return fetch.Result{}, errTooLarge
			}
			return pageOf(end("c"), event("late", begin.Add(-20*time.Minute))), nil
		}
		set := stream()
		set.Sized, set.Paging.PageSize = true, 100
		require.NoError(t, r.run(t, set, time.Hour))
		assert.Equal(t, []string{"e1", "late"}, r.delivered)
		assert.Zero(t, r.noticed(CursorExpired))
	})
}

// TestAStreamIsAskedForUsualPagesAgain unless its cursor may count pages.
func TestAStreamIsAskedForUsualPagesAgain(t *testing.T) {
	for prefix, want := range map[string]int64{"x": 0, "": 25} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now().UTC()
			r := &rig{}
			r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
				if ask.PageSize == 0 && time.Since(begin) < time.Second {
					return fetch.Result{}, errTooLarge
				}
				return pageOf(end(fmt.Sprint(prefix, len(r.asks)))), nil
			}
			set := stream()
			set.Sized, set.Paging.PageSize = true, 100
			require.NoError(t, r.run(t, set, 5*time.Minute))
			assert.Equal(t, int64(25), r.asks[1].PageSize)
			assert.Equal(t, want, r.asks[len(r.asks)-1].PageSize, prefix)
		})
	}
}

// TestALeastSizeIsFound: 12 of 100 fit, and the vendor takes no less than 10.
func TestALeastSizeIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			switch {
			case ask.PageSize == 0 || ask.PageSize > 20:
				return fetch.Result{}, errTooLarge
			case ask.PageSize < 10:
				return fetch.Result{}, &send.Error{Class: send.ClassConfig, Status: 400, Err: errors.New("limit must be 10 or more")}
			}
			return pageOf(end("x"), event("e", begin)), nil
		}
		set := stream()
		set.Sized, set.Paging.PageSize = true, 100
		require.NoError(t, r.run(t, set, 5*time.Minute))
		assert.Equal(t, []string{"e"}, r.delivered)
	})
}

// TestAListThatEndsByAgeKeepsItsPages: one old record on a small page would end it.
func TestAListThatEndsByAgeKeepsItsPages(t *testing.T) {
	set := defaults()
	set.Sized, set.Paging = true, paging.Settings{Type: paging.Offset, PageSize: 100}
	assert.True(t, (&Source{set: set}).smaller(&fetch.Ask{}, quickly))
	set.ByTime, set.Descending = false, true
	assert.False(t, (&Source{set: set}).smaller(&fetch.Ask{}, quickly))
}

// TestMoreEmptyPagesAreFollowedWhereTheyAreSmaller: some vendors filter what they
// have cut into pages.
func TestMoreEmptyPagesAreFollowedWhereTheyAreSmaller(t *testing.T) {
	list := trail{set: Settings{MaxEmpty: 50, Paging: paging.Settings{PageSize: 100}}}
	for size, want := range map[int64]int{0: 50, 100: 50, 25: 200, 200: 50} {
		assert.Equal(t, want, list.mayBeEmpty(size))
	}
}

// TestThePollsGoOnWhateverASweepMeets: what the vendor says about old events may
// never change.
func TestThePollsGoOnWhateverASweepMeets(t *testing.T) {
	for name, failure := range map[string]*send.Error{
		"504":                {Class: send.ClassRetry, Status: 504, Err: errors.New("query timeout")},
		"403":                {Class: send.ClassAuth, Status: 403, Err: errors.New("your plan keeps 7 days")},
		"410":                {Class: send.ClassConfig, Status: 410, Err: errors.New("gone")},
		"none that is small": {Class: send.ClassConfig, Status: 400, Err: errors.New("limit must be 100")},
		"429":                {Class: send.ClassRateLimit, Status: 429, Err: errors.New("too old")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now().UTC()
				log := minutely(240, begin, time.Minute)
				r := &rig{}
				r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
					if time.Since(begin) > time.Hour && ask.Window.From.Before(begin) {
						if ask.PageSize == 0 && name == "none that is small" {
							return fetch.Result{}, errTooLarge
						}
						return fetch.Result{}, failure
					}
					return pageOf(end(""), shown(log, ask)...), nil
				}
				set := defaults()
				set.Window.HasEnd, set.Sized, set.Paging.Type, set.Paging.PageSize = true, true, paging.Offset, 100
				set.SweepEvery, set.SweepDepth = 90*time.Minute, 4*time.Hour
				require.NoError(t, r.run(t, set, 4*time.Hour))
				assert.Greater(t, len(r.delivered), 200)
			})
		})
	}
}

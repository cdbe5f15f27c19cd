// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/send"
)

func stream() Settings {
	set := defaults()
	set.Paging.Persistent = true
	return set
}

func TestTheStartIsStoredBeforeTheFirstRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{}
		started := time.Now().UTC()
		r.fetch = func(fetch.Ask) (fetch.Result, error) {
			require.NotEmpty(t, r.stored)
			assert.Equal(t, started.Add(-time.Hour), r.last().Low)
			return pageOf(end("")), nil
		}
		require.NoError(t, r.run(t, defaults(), time.Second))
		assert.NotEmpty(t, r.asks)
	})
}

func TestAStreamGoesOnWhereItsCursorPoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{fetch: pages(time.Now(), 3, 10)}
		require.NoError(t, r.run(t, stream(), 10*time.Second))
		assert.Len(t, r.delivered, 30)
		assert.Equal(t, "p3", r.last().Cursor)
		r.asks = nil
		require.NoError(t, r.run(t, stream(), 10*time.Second))
		assert.Len(t, r.delivered, 30, "nothing is delivered twice")
		assert.Equal(t, "p3", r.asks[0].Position.Cursor)
	})
}

func TestAWindowIsReadAgainByTheOverlapAndRepeatsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		late := false
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			res := pageOf(end(""), event("a", begin), event("b", begin.Add(time.Second)))
			if late {
				res = pageOf(end(""), event("a", begin), event("late", begin), event("b", begin.Add(time.Second)))
			}
			assert.False(t, ask.Window.From.After(begin), "the overlap shows what came late")
			late = true
			return res, nil
		}
		require.NoError(t, r.run(t, defaults(), 3*time.Minute))
		assert.Equal(t, []string{"a", "b", "late"}, r.delivered)
		assert.Equal(t, r.balance.Fetched, r.balance.Emitted+r.balance.Duplicate+r.balance.Filtered+r.balance.Quarantined)
	})
}

func TestAWalkInProgressIsResumedInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{fetch: pages(time.Now(), 50, 10), deliveryTime: time.Second}
		require.NoError(t, r.run(t, defaults(), 20*time.Second))
		before := len(r.delivered)
		require.Greater(t, before, 100)
		r.asks = nil
		require.NoError(t, r.run(t, defaults(), time.Minute))
		assert.NotEmpty(t, r.asks[0].Position.Cursor, "not from the first page")
		assert.Len(t, r.delivered, 500)
	})
}

func TestNothingIsPolledWhileTheCheckpointCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		r := &rig{fetch: pages(time.Now(), 1, 1), loadErr: func() error {
			if down {
				return errors.New("storage is down")
			}
			return nil
		}}
		require.NoError(t, r.run(t, defaults(), 10*time.Minute))
		assert.Empty(t, r.asks)
		assert.Positive(t, r.noticed(LoadFailed))
		down = false
		require.NoError(t, r.run(t, defaults(), time.Second))
		assert.Equal(t, []string{"e0"}, r.delivered)
	})
}

func TestDeliveryStopsWhenTooMuchIsNotDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		saves := 0
		r := &rig{fetch: pages(time.Now(), 100, 1), saveErr: func() error {
			if saves++; saves > 1 {
				return errors.New("disk full")
			}
			return nil
		}}
		require.NoError(t, r.run(t, stream(), time.Hour))
		assert.LessOrEqual(t, len(r.delivered), defaults().MaxUncommitted+1)
		assert.Positive(t, r.noticed(CommitFailed))
	})
}

func TestAPageIsDurableBeforeTheNextWhenNoneMayWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{fetch: pages(time.Now(), 20, 1)}
		ahead := 0
		r.saveErr = func() error {
			wait(t.Context(), time.Second) // time enough to deliver more
			r.mu.Lock()
			defer r.mu.Unlock()
			// The first commit is the state before the first page.
			ahead = max(ahead, len(r.delivered)-max(0, len(r.stored)-1))
			return nil
		}
		set := stream()
		set.MaxUncommitted = 0
		require.NoError(t, r.run(t, set, time.Hour))
		assert.Len(t, r.delivered, 20)
		assert.Equal(t, 1, ahead, "a crash repeats one page at most")
	})
}

type fencedError struct{ error }

func (fencedError) Fenced() bool { return true }

func TestAFencedSourceStopsForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		saves := 0
		r := &rig{fetch: pages(time.Now(), 100, 1), saveErr: func() error {
			if saves++; saves > 3 {
				return fencedError{errors.New("epoch 2 has taken over")}
			}
			return nil
		}}
		err := r.run(t, stream(), time.Hour)
		require.ErrorIs(t, err, errFenced)
		assert.Equal(t, 1, r.noticed(Fenced))
	})
}

func TestAnExpiredCursorFallsBackToTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		serve := pages(begin, 5, 10)
		expired := false
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			if ask.Position.Cursor == "p3" && !expired {
				return fetch.Result{}, &send.Error{Class: send.ClassConfig, Status: 400, Err: errors.New("invalid cursor")}
			}
			if ask.Position.First() && len(r.asks) > 1 {
				expired = true
				assert.Equal(t, begin.Add(-time.Hour).Truncate(time.Second), ask.Window.From, "the low watermark, as nothing was caught up with yet")
			}
			return serve(ask)
		}
		set := stream()
		require.NoError(t, r.run(t, set, time.Minute))
		assert.True(t, expired)
		assert.Len(t, r.delivered, 50, "everything once")
		assert.Equal(t, 1, r.noticed(CursorExpired))
	})
}

func TestTheVendorsWaitIsKeptOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := true
		r := &rig{}
		r.fetch = func(fetch.Ask) (fetch.Result, error) {
			if limited {
				return fetch.Result{}, &send.Error{Class: send.ClassRateLimit, Status: 429, RetryAfter: 10 * time.Minute, Err: errors.New("slow down")}
			}
			return pageOf(end("")), nil
		}
		require.NoError(t, r.run(t, defaults(), time.Minute))
		assert.Len(t, r.asks, 1)
		limited = false
		began := time.Now()
		require.NoError(t, r.run(t, defaults(), 5*time.Minute))
		assert.Len(t, r.asks, 1, "still waiting %v later", time.Since(began))
		require.NoError(t, r.run(t, defaults(), 5*time.Minute))
		assert.Greater(t, len(r.asks), 1)
	})
}

func TestFetchDeliveryAndCheckpointOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 100
		serve := pages(time.Now(), n, 1)
		r := &rig{deliveryTime: 50 * time.Millisecond, saveTime: 50 * time.Millisecond}
		var done time.Duration
		began := time.Now()
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			time.Sleep(50 * time.Millisecond) // the vendor's round trip, in virtual time
			if ask.Position.Cursor == fmt.Sprintf("p%d", n) && done == 0 {
				done = time.Since(began)
			}
			return serve(ask)
		}
		require.NoError(t, r.run(t, stream(), 30*time.Second))
		assert.Len(t, r.delivered, n)
		assert.Less(t, done, n*50*time.Millisecond*110/100, "three stages of 50 ms each take the time of one")
	})
}

func TestALoopEndsThePollAndIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			next := map[string]string{"": "a", "a": "b", "b": "a"}[ask.Position.Cursor]
			return pageOf(at(next), event("e"+next, begin)), nil
		}
		require.NoError(t, r.run(t, defaults(), 10*time.Minute))
		assert.LessOrEqual(t, len(r.asks), 40, "no hot loop")
		assert.Positive(t, r.noticed(Looped))
		assert.ElementsMatch(t, []string{"ea", "eb"}, r.delivered)
	})
}

func TestWhatThePipelineRefusesForGoodIsAGapAndIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{fetch: pages(time.Now(), 1, 3), poison: map[string]bool{"e1": true}}
		require.NoError(t, r.run(t, stream(), 2*time.Minute))
		assert.Equal(t, []string{"e0", "e2"}, r.delivered)
		require.Len(t, r.gaps, 1)
		assert.Equal(t, GapQuarantined, r.gaps[0].Reason)
		assert.Equal(t, "e1", r.gaps[0].UID)
		kept := false
		for _, c := range r.stored {
			kept = kept || c.Quarantine["e1"] != ""
		}
		assert.True(t, kept)
	})
}

func TestASplitWindowIsReadToItsEndAndACapIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		var log []record.Record
		for i := range 40 {
			log = append(log, event(fmt.Sprintf("e%d", i), begin.Add(-time.Duration(i)*time.Minute)))
		}
		for i := range 20 { // more than the cap in one second
			log = append(log, event(fmt.Sprintf("t%d", i), begin.Add(-50*time.Minute)))
		}
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			var page []record.Record
			for _, e := range log {
				if !e.Time.Before(ask.Window.From) && !e.Time.After(ask.Window.To) && len(page) < 10 {
					page = append(page, e)
				}
			}
			return pageOf(end(""), page...), nil
		}
		set := defaults()
		set.Window.HasEnd, set.Window.Overlap, set.Window.ExclusiveStart = true, 2*time.Hour, true
		set.MaxResults = 10
		require.NoError(t, r.run(t, set, 10*time.Minute))
		for i := range 40 {
			assert.Contains(t, r.delivered, fmt.Sprintf("e%d", i))
		}
		require.NotEmpty(t, r.gaps, "the second at the cap")
		for i, g := range r.gaps {
			assert.Equal(t, GapUnsplittable, g.Reason)
			assert.Less(t, g.To.Sub(begin.Add(-50*time.Minute)).Abs(), 5*time.Second)
			assert.False(t, i > 0 && g.From.Before(r.gaps[i-1].To), "no interval is reported twice")
		}
		assert.Less(t, len(r.asks), 1000, "no hot loop")
	})
}

func TestWhatTheVendorDroppedBeforeItWasReadIsAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := stream()
		set.Retention = 24 * time.Hour
		r := &rig{fetch: pages(time.Now(), 1, 3)}
		require.NoError(t, r.run(t, set, 10*time.Minute))
		assert.Empty(t, r.gaps, "no false gap")
		low := r.last().Covered.Add(-5 * time.Minute)
		time.Sleep(72 * time.Hour) // down, in virtual time
		require.NoError(t, r.run(t, set, 10*time.Minute))
		require.Len(t, r.gaps, 1)
		assert.Equal(t, GapRetention, r.gaps[0].Reason)
		assert.Equal(t, low, r.gaps[0].From, "with what was still to come late")
	})
}

// TestAVendorThatCanNotBeAskedForSoLongAgo: to Microsoft 365 a start of more than
// seven days ago is an error. After a longer outage the source reports the gap
// and goes on, with a clock of its own that is wrong or right.
func TestAVendorThatCanNotBeAskedForSoLongAgo(t *testing.T) {
	for name, fast := range map[string]time.Duration{"right clock": 0, "vendor's clock an hour ahead": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := defaults()
				set.Retention = 24 * time.Hour
				set.Window.HasEnd, set.Window.Size = true, 6*time.Hour
				r := &rig{}
				var locked, unlocked time.Time // the credential is of no use between them; set while nothing runs
				r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
					now := time.Now().UTC().Add(fast)
					refusal := &send.Error{Class: send.ClassConfig, Status: 400, Err: errors.New("too old"), Header: http.Header{"Date": {now.Format(http.TimeFormat)}}}
					switch {
					case time.Now().After(locked) && time.Now().Before(unlocked):
						refusal.Class, refusal.Status = send.ClassAuth, 401
						return fetch.Result{}, refusal
					case ask.Window.From.Before(now.Add(-24*time.Hour - time.Minute)):
						return fetch.Result{}, refusal
					}
					res := pageOf(end(""))
					res.Date = now.Truncate(time.Second)
					return res, nil
				}
				require.NoError(t, r.run(t, set, 10*time.Minute))
				covered := r.last().Covered
				time.Sleep(72 * time.Hour) // down, in virtual time
				require.NoError(t, r.run(t, set, 10*time.Minute))
				require.Len(t, r.gaps, 1, "after a restart")
				assert.Equal(t, covered.Add(-5*time.Minute), r.gaps[0].From)
				assert.Greater(t, r.last().Covered, covered.Add(70*time.Hour))
				start := time.Now()
				locked, unlocked = start.Add(time.Hour), start.Add(73*time.Hour)
				require.NoError(t, r.run(t, set, 74*time.Hour))
				require.Len(t, r.gaps, 2, "with a request that waits for a new credential")
				assert.Equal(t, GapRetention, r.gaps[1].Reason)
				assert.WithinDuration(t, start.Add(73*time.Hour+fast), r.gaps[1].To.Add(24*time.Hour), 5*time.Minute)
			})
		})
	}
}

// TestAGapThatSomebodyMadeIsToldWhenItIsLoaded: the program that moved the
// watermark counts nothing; the source that delivers the gap record does.
func TestAGapThatSomebodyMadeIsToldWhenItIsLoaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{fetch: pages(time.Now(), 1, 3)}
		require.NoError(t, r.run(t, stream(), 2*time.Minute))
		moved := r.stored[len(r.stored)-1]
		low := moved.State.Low
		moved.State.Gaps = []Gap{{From: low, To: low.Add(time.Hour), Reason: GapOperator}, {From: low, To: low, Reason: GapRetention}}
		r.stored = append(r.stored, moved)
		require.NoError(t, r.run(t, stream(), 2*time.Minute))
		assert.Len(t, r.gaps, 2, "both are delivered")
		assert.Equal(t, 1, r.noticed(GapFound), "the other was told by the run that found it")
	})
}

func TestALoadedPositionSaysHowFarItIsCovered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{fetch: pages(time.Now(), 1, 3)}
		require.NoError(t, r.run(t, stream(), 2*time.Minute))
		want := covered(r.last())
		r.notices = nil
		require.NoError(t, r.run(t, stream(), time.Minute))
		require.Equal(t, Loaded, r.notices[0].Kind)
		assert.Equal(t, want, r.notices[0].Low)
	})
}

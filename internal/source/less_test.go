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
		assert.Equal(t, []int64{0, 50, 25, 25}, sizes, "the rest of the walk stays small")
	})
}

func TestAWindowWhosePageIsTooLargeIsReadInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UTC()
		var log []record.Record
		for i := range 60 {
			log = append(log, event(fmt.Sprintf("e%d", i), begin.Add(-time.Duration(i)*time.Minute)))
		}
		r := &rig{}
		r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
			var page []record.Record
			for _, e := range log {
				if !e.Time.Before(ask.Window.From) && !e.Time.After(ask.Window.To) {
					page = append(page, e)
				}
			}
			if len(page) > 10 {
				return fetch.Result{}, errTooLarge
			}
			return pageOf(end(""), page...), nil
		}
		set := defaults()
		set.Window.HasEnd, set.Paging.Type = true, paging.None
		set.SweepEvery, set.SweepDepth = 5*time.Minute, 2*time.Hour
		require.NoError(t, r.run(t, set, 20*time.Minute))
		assert.Len(t, r.delivered, 60, "each once")
		assert.Empty(t, r.gaps)
		assert.False(t, r.last().LastSweep.IsZero(), "a sweep is read in parts too")
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

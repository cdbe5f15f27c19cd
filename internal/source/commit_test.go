// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/fetch"
)

// outside are the commits that belong to no page: the start and the walk's end.
const outside = 2

func TestAPageIsCommittedAtMostOnceWhileCatchingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 50
		serve := pages(time.Now(), n, 10)
		r := &rig{fetch: func(ask fetch.Ask) (fetch.Result, error) {
			time.Sleep(50 * time.Millisecond) // slower than the store, in virtual time
			return serve(ask)
		}}
		require.NoError(t, r.run(t, stream(), 30*time.Second))
		assert.Len(t, r.delivered, n*10)
		assert.LessOrEqual(t, len(r.stored), n+outside)
		assert.GreaterOrEqual(t, len(r.stored), n, "a store that keeps up has each page")
	})
}

func TestPagesThatComeFasterThanTheStoreShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 80
		serve := pages(time.Now(), n, 10)
		r := &rig{saveTime: 100 * time.Millisecond, fetch: func(ask fetch.Ask) (fetch.Result, error) {
			time.Sleep(time.Millisecond)
			return serve(ask)
		}}
		require.NoError(t, r.run(t, stream(), 30*time.Second))
		assert.Len(t, r.delivered, n*10)
		assert.LessOrEqual(t, len(r.stored), n/(stream().MaxUncommitted/2)+outside)
	})
}

func TestPollsWithoutNewsAreHardlyEverCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const polls = 180
		r := &rig{fetch: pages(time.Now(), 0, 0)}
		set := stream()
		set.Interval = 10 * time.Second
		require.NoError(t, r.run(t, set, polls*set.Interval))
		assert.GreaterOrEqual(t, len(r.asks), polls*9/10)
		// Only the watermark moves; a crash looks back a little further.
		every := max(set.Window.Overlap/2, time.Minute)
		assert.LessOrEqual(t, len(r.stored), int(polls*set.Interval/every)+outside)
	})
}

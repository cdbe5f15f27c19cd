// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"encoding/json"
	"hash/fnv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// FuzzState: whatever stands in a checkpoint, the source neither panics nor hangs,
// and can store what it makes of it.
func FuzzState(f *testing.F) {
	kinds := []Settings{defaults(), stream(), defaults(), defaults()}
	kinds[0].Window.HasEnd, kinds[0].Window.Size = true, time.Hour
	kinds[0].SweepEvery, kinds[0].SweepDepth = time.Minute, 4*time.Hour
	kinds[2].ByTime, kinds[2].Descending, kinds[2].Paging.Type = false, true, paging.Offset
	kinds[3].Window.HasEnd, kinds[3].Window.ExclusiveStart, kinds[3].Retention = true, true, time.Hour
	kinds[3].MaxResults, kinds[3].Sized, kinds[3].Paging.PageSize = 2, true, 10
	for i := range kinds {
		kinds[i].MaxPages, kinds[i].MaxUIDs = 20, 5000
		f.Add(uint8(i), `{"low":"2000-01-01T00:00:00Z","begin":"1999-12-31T00:00:00Z","ahead":[0,0,90],"position":{"cursor":"x"},"page_size":3,
			"window":{"from":"1999-12-31T23:00:00Z","to":"2000-01-01T00:00:00Z","position":{"cursor":"y","offset":3},"page_size":5,"until":"2000-01-01T01:00:00Z"},
			"sweep":{"window":{"from":"1999-12-31T20:00:00Z"},"until":"1999-12-31T22:00:00Z"},"gaps":[{"reason":"operator"}],
			"seen":{"key":"AAAAAAAAAAAAAAAAAAAAAA==","set":{},"garbage":[1]}}`)
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		var st checkpoint.State
		if len(text) > 1<<13 || json.Unmarshal([]byte(text), &st) != nil {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			r := &rig{fetch: moody, stored: []checkpoint.Commit{{State: st}}}
			require.NoError(t, r.run(t, kinds[int(kind)%len(kinds)], 3*time.Minute))
			last := r.last()
			_, err := checkpoint.Encode(&last)
			require.NoError(t, err)
		})
	})
}

// moody answers by what the position's text comes to.
func moody(ask fetch.Ask) (fetch.Result, error) {
	time.Sleep(time.Second)
	h := fnv.New32a()
	_, _ = h.Write([]byte(ask.Position.Token()))
	switch h.Sum32() % 8 {
	case 0:
		return fetch.Result{}, errTooLarge
	case 1:
		return fetch.Result{}, &send.Error{Class: send.ClassCursorExpired, Status: 410}
	case 2, 3:
		return pageOf(at(ask.Position.Token()+"a"), event("e", ask.Window.From)), nil
	default:
		return pageOf(end("z"), event("f", time.Now())), nil
	}
}

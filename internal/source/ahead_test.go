// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// lazy is a sink that takes its time for each page.
type lazy struct {
	*rig
	takes []time.Duration // for the first deliveries; the last one stands for the rest
}

func (l *lazy) Deliver(ctx context.Context, records []record.Record, now time.Time) ([]record.Record, error) {
	l.deliveryTime = l.takes[0]
	if len(l.takes) > 1 {
		l.takes = l.takes[1:]
	}
	return l.rig.Deliver(ctx, records, now)
}

// TestWhatADestinationDoesNotTakeStaysSmall: pages wait in memory while one is
// delivered, for hours where the destination is down.
func TestWhatADestinationDoesNotTakeStaysSmall(t *testing.T) {
	const large = lightPage + 1
	for name, test := range map[string]struct {
		weight int
		takes  []time.Duration
		want   int // pages in memory at most
	}{
		"a page of usual size is fetched ahead":                 {lightPage, []time.Duration{time.Hour}, 2},
		"a large one is not while nobody knows the destination": {large, []time.Duration{time.Hour}, 1},
		"it is where the one before was taken promptly":         {large, []time.Duration{time.Second}, 2},
		"it is not where the one before was not":                {large, []time.Duration{time.Minute}, 1},
		"two pages at the limits are too much anywhere":         {heavyPage, []time.Duration{time.Second}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, held := &rig{}, 0
				serve := pages(time.Now().Add(-30*time.Minute), 5, 1)
				r.fetch = func(ask fetch.Ask) (fetch.Result, error) {
					res, err := serve(ask)
					if res.Weight = test.weight; len(res.Records) > 0 {
						r.mu.Lock()
						held = max(held, len(r.asks)-len(r.delivered))
						r.mu.Unlock()
					}
					return res, err
				}
				set := defaults()
				set.Interval = 24 * time.Hour
				ctx, cancel := context.WithTimeout(t.Context(), 6*time.Hour)
				defer cancel()
				assert.NoError(t, New(set, r, &lazy{r, test.takes}, r, r).Run(ctx, t.Context()))
				synctest.Wait()
				assert.Equal(t, test.want, held)
				assert.Len(t, r.delivered, 5, "all are delivered in the end")
			})
		})
	}
}

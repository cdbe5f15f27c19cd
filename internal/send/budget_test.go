// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quota is a vendor with a fixed window of a minute.
type quota struct {
	mu       sync.Mutex
	limit    int
	used     int
	end      time.Time
	most     int // highest use of one window
	answered int
	refused  int
}

func (q *quota) RoundTrip(*http.Request) (*http.Response, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	if !now.Before(q.end) {
		q.used, q.end = 0, now.Truncate(time.Minute).Add(time.Minute)
	}
	q.used++
	q.most = max(q.most, q.used)
	q.answered++
	h := []string{
		"X-RateLimit-Limit", strconv.Itoa(q.limit), "X-RateLimit-Remaining", strconv.Itoa(max(q.limit-q.used, 0)),
		"X-RateLimit-Reset", strconv.FormatInt(q.end.Unix(), 10),
	}
	if q.used > q.limit {
		q.refused++
		return reply(429, "", h...), nil
	}
	return reply(200, "[]", h...), nil
}

func TestSharedBudgetLeavesTheReserve(t *testing.T) {
	for _, reserve := range []float64{0, 0.1, 0.5} {
		synctest.Test(t, func(t *testing.T) {
			var budgets Budgets
			vendorQuota := &quota{limit: 100}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			var wg sync.WaitGroup
			for range 5 {
				b, err := budgets.Get("acme", BudgetSettings{Reserve: reserve})
				require.NoError(t, err)
				c := newClient(t, Settings{Budget: b}, vendorQuota.RoundTrip)
				wg.Go(func() {
					for ctx.Err() == nil {
						_, _ = c.Do(ctx, get(t, vendor)) // hungry, and deaf to errors
						<-time.After(50 * time.Millisecond)
					}
				})
			}
			wg.Wait()
			assert.Zero(t, vendorQuota.refused)
			assert.LessOrEqual(t, vendorQuota.most, int(100*(1-reserve)))
			assert.GreaterOrEqual(t, vendorQuota.answered, int(0.9*9*100*(1-reserve)), "and uses what it may")
		})
	}
}

func TestA429HoldsAllSourcesOfTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var budgets Budgets
		b, err := budgets.Get("acme", BudgetSettings{})
		require.NoError(t, err)
		limited := newClient(t, Settings{Budget: b}, func(*http.Request) (*http.Response, error) { return reply(429, "", "Retry-After", "30"), nil })
		other := newClient(t, Settings{Budget: b}, func(*http.Request) (*http.Response, error) { return reply(200, "[]"), nil })
		_, err = limited.Do(t.Context(), get(t, vendor))
		requireClass(t, err, ClassRateLimit)
		start := time.Now()
		_, err = other.Do(t.Context(), get(t, vendor))
		require.NoError(t, err)
		assert.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestBudgetWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget()
		b.Block(time.Now().Add(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, b.Wait(ctx), context.DeadlineExceeded)
	})
}

func TestStricterSettingsOfABudgetHold(t *testing.T) {
	var budgets Budgets
	b, err := budgets.Get("acme", BudgetSettings{Reserve: 0.1, RequestsPerSecond: 5, Burst: 3})
	require.NoError(t, err)
	again, err := budgets.Get("acme", BudgetSettings{Reserve: 0.3, RequestsPerSecond: 2})
	require.NoError(t, err)
	assert.Same(t, b, again)
	assert.Equal(t, 0.3, b.reserve)
	assert.InDelta(t, 2, float64(b.limiter.Limit()), 0)
	assert.Equal(t, 1, b.limiter.Burst())
	other, err := budgets.Get("other", BudgetSettings{})
	require.NoError(t, err)
	assert.NotSame(t, b, other)
	for _, r := range []float64{-0.1, 1} {
		_, err = budgets.Get("x", BudgetSettings{Reserve: r})
		assert.ErrorContains(t, err, "`rate_limit::reserve`")
	}
}

func TestUnknownResetIsProbed(t *testing.T) {
	b := newBudget()
	now := testNow
	b.Observe(Limits{Limit: 10, Remaining: 0}, now)
	assert.Equal(t, probe, b.take(now))
	assert.Zero(t, b.take(now.Add(probe)))
}

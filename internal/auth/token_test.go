// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counting fetches "t1", "t2" ... that live for a while (0: not told).
func counting(life time.Duration, n *atomic.Int64) func(context.Context) (token, error) {
	return func(context.Context) (token, error) {
		tok := token{text: fmt.Sprint("t", n.Add(1))}
		<-time.After(100 * time.Millisecond)
		if life > 0 {
			tok.expires = time.Now().Add(life)
		}
		return tok, nil
	}
}

func TestTokenIsFetchedOnceForAllCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		tok := newTokens(counting(time.Hour, &n))
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				text, err := tok.get(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, "t1", text)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, n.Load())
	})
}

func TestTokenIsRenewedBeforeItsEnd(t *testing.T) {
	for life, use := range map[time.Duration]time.Duration{
		time.Hour:        time.Hour - time.Minute,
		10 * time.Second: 9 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			var n atomic.Int64
			tok := newTokens(counting(life, &n))
			_, err := tok.get(t.Context())
			require.NoError(t, err)
			<-time.After(use - time.Millisecond)
			text, err := tok.get(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "t1", text)
			<-time.After(time.Millisecond)
			text, err = tok.get(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "t2", text)
		})
	}
}

func TestTokenWithoutLifetimeIsRenewedOnRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		tok := newTokens(counting(0, &n))
		_, err := tok.get(t.Context())
		require.NoError(t, err)
		<-time.After(1000 * time.Hour)
		text, err := tok.get(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "t1", text)

		var wg sync.WaitGroup
		for range 10 { // ten pages were refused at once
			wg.Go(func() {
				changed, err := tok.refresh(t.Context())
				assert.NoError(t, err)
				assert.True(t, changed)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 2, n.Load(), "renewed once")
	})
}

func TestTheSameTokenAgainIsNoChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tok := newTokens(func(context.Context) (token, error) { return token{text: "same"}, nil })
		_, err := tok.get(t.Context())
		require.NoError(t, err)
		<-time.After(time.Hour)
		changed, err := tok.refresh(t.Context())
		require.NoError(t, err)
		assert.False(t, changed)
	})
}

func TestWaitingForATokenEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tok := newTokens(func(ctx context.Context) (token, error) {
			<-ctx.Done()
			return token{}, ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_, err := tok.get(ctx)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
		}
		wg.Wait()
	})
}

func TestFailedRenewalKeepsNothing(t *testing.T) {
	fault := errors.New("down")
	tok := newTokens(func(context.Context) (token, error) { return token{}, fault })
	_, err := tok.get(t.Context())
	require.ErrorIs(t, err, fault)
	changed, err := tok.refresh(t.Context())
	require.ErrorIs(t, err, fault)
	assert.False(t, changed)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheMemoryOfTheStartIsGivenBackOnceThingsHaveSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		releaseStartMemory(t.Context(), func() { at = append(at, time.Since(began)) })
		assert.Equal(t, []time.Duration{
			0, 100 * time.Millisecond, 300 * time.Millisecond, time.Second, 15 * time.Second, time.Minute, 5 * time.Minute,
		}, at)
	})
}

func TestNothingIsGivenBackOnceTheProgramEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		released := 0
		releaseStartMemory(ctx, func() { released++ })
		assert.Equal(t, 5, released)
		assert.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
	})
}

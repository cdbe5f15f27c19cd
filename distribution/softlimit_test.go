// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheSoftLimitFollowsAHeapThatStaysLarge(t *testing.T) {
	const mb = 1 << 20
	start := time.Unix(1_700_000_000, 0)
	var l softLimit
	for _, step := range []struct {
		name string
		at   time.Duration
		live int64
		want int64
	}{
		{"a small heap", 0, 10 * mb, leastLimit},
		{"a large page", time.Second, 60 * mb, leastLimit},
		{"a large page still", 5 * time.Second, 60 * mb, leastLimit},
		{"it is gone", 5500 * time.Millisecond, 10 * mb, leastLimit},
		{"the next one", 7 * time.Second, 60 * mb, leastLimit},
		{"it stays", 13 * time.Second, 60 * mb, 140 * mb},
		{"it grows", 14 * time.Second, 500 * mb, 1020 * mb},
		{"it is gone", 15 * time.Second, 14 * mb, leastLimit},
		{"large pages, one after the other", 16 * time.Second, 40 * mb, leastLimit},
		{"they go on", 40 * time.Second, 40 * mb, leastLimit},
		{"for long", 46 * time.Second, 40 * mb, 100 * mb},
	} {
		assert.Equal(t, step.want, l.after(step.live, start.Add(step.at)), step.name)
	}
}

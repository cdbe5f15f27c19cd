// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// lightPage is what a page may weigh that says nothing about what is fetched
	// meanwhile. Most pages of most vendors are lighter.
	lightPage = 2 << 20
	// heavyPage is from where two of them at once are too much: a page at the
	// limits, of many small records.
	heavyPage = 12 << 20
	// promptly is how soon a page is delivered where nothing is wrong.
	promptly = 15 * time.Second
)

// pace tells when the next page may be fetched while one is delivered. What a
// destination doesn't take stays in memory, for hours if it is down, and so each
// source should have one large page then and not two. Before it has taken a large
// page promptly nobody knows.
type pace struct {
	prompt atomic.Bool
}

// delivery is that of one page.
type delivery struct {
	weight int
	began  time.Time
	over   chan struct{}
}

func newDelivery(f fetched) *delivery {
	return &delivery{weight: f.result.Weight, over: make(chan struct{})}
}

// begin is called when the pages before are delivered.
func (d *delivery) begin() { d.began = time.Now() }

// delivered ends the delivery of a page.
func (p *pace) delivered(d *delivery) {
	if d.weight > lightPage {
		p.prompt.Store(time.Since(d.began) <= promptly)
	}
	close(d.over)
}

// next waits until the page after that of d may be fetched. It returns false when
// ctx ended.
func (p *pace) next(ctx context.Context, d *delivery) bool {
	if d.weight <= lightPage || d.weight < heavyPage && p.prompt.Load() {
		return ctx.Err() == nil
	}
	select {
	case <-d.over:
		return true
	case <-ctx.Done():
		return false
	}
}

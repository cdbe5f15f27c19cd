// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// running is a source that runs.
type running struct {
	run       func(ctx, hard context.Context) error
	logger    *zap.Logger
	closeIdle func()
	telemetry *telemetry
	// join counts the source among those that share memory, leave ends that.
	join  func() (leave func())
	leave func()

	// soft ends the requests, hard the deliveries.
	soft, hard context.CancelFunc
	done       chan struct{}
}

// start runs the source in the background, after a while.
func (p *running) start(after time.Duration) {
	// Not the context of Start: it ends when the Collector has started. And no
	// deadline: exporters give up early under one.
	hardCtx, hard := context.WithCancel(context.Background())
	softCtx, soft := context.WithCancel(hardCtx)
	p.soft, p.hard, p.done, p.leave = soft, hard, make(chan struct{}), p.join()
	go func() {
		defer close(p.done)
		timer := time.NewTimer(after)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-softCtx.Done():
			return
		}
		if err := p.run(softCtx, hardCtx); err != nil {
			p.logger.Error("the source has stopped for good", zap.Error(err))
		}
	}()
}

// stop ends the source: at once, but for the page in flight, which has until ctx
// ends.
func (p *running) stop(ctx context.Context) {
	defer p.hard()
	p.soft()
	select {
	case <-p.done:
	case <-ctx.Done():
		p.logger.Warn("the page in flight was not accepted within `shutdown_grace`: it is delivered again after the restart")
	}
	p.hard()
	<-p.done
	p.leave()
	p.closeIdle()
	p.telemetry.shutdown()
}

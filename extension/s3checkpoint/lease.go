// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// watch is a standby's own observation of an object: since when it has not
// changed, by this process's monotonic clock. No clock is compared with another
// host's (F52). It stays over calls: two looks at the same ETag prove that
// nobody renewed in between, because each renewal has a new nonce.
type watch struct {
	etag  string
	since time.Time
	host  string // who holds it
}

// mark is the lease that this client writes into the object; nil without one.
func (c *client) mark() *document.Lease {
	if c.ttl == 0 {
		return nil
	}
	return &document.Lease{TTL: c.ttl.String()}
}

// lapsed tells whether the holder could not renew for so long that a standby
// may be about to take over. A third of the TTL is left for clocks that run at
// different speeds. mu is held.
func (c *client) lapsed() bool {
	return c.ttl > 0 && c.epoch > 0 && time.Since(c.renewed) > c.ttl*2/3
}

// standby gives how long to wait before the next look at an object that
// somebody else holds; 0 = it may be taken over. It fails where this client
// must not stand in line.
func (c *client) standby(o *object) (time.Duration, error) {
	if o.missing() || o.doc != nil && o.doc.Writer.ID == c.writer.ID || !c.waitsFor(o.doc) {
		return 0, nil
	}
	ttl := c.ttl
	if o.doc != nil && o.doc.Lease != nil {
		if o.doc.Lease.Released {
			return 0, nil
		}
		if d, err := time.ParseDuration(o.doc.Lease.TTL); err == nil {
			ttl = min(max(ttl, d), maxTTL)
		}
	}
	if c.watch.etag != o.etag {
		if c.watch.etag != "" && c.seizing != seizesNot {
			return 0, fmt.Errorf("%w: host %q renews its lease", ErrHeld, holder(o))
		}
		if c.watch.etag == "" {
			c.log.Info("standing by: the checkpoint is held", zap.String("by_host", holder(o)), zap.Duration("ttl", ttl))
		}
		c.watch = watch{etag: o.etag, since: time.Now(), host: holder(o)}
	}
	left := ttl - time.Since(c.watch.since)
	if left <= 0 {
		return 0, nil
	}
	return min(left, ttl/4), nil
}

// renew writes the state anew, with a new nonce. The turn is held.
func (c *client) renew(ctx context.Context) error {
	for {
		err := c.write(ctx, c.held.doc.Data, c.mark())
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errRebase):
		case isFinal(err):
			return err
		default:
			return fmt.Errorf("%w: %w", ErrLeaseLapsed, err)
		}
	}
}

// beat renews the lease of a holder that was idle for a third of the TTL, until
// the client is closed or fenced.
func (c *client) beat() {
	for {
		c.mu.Lock()
		err, left := c.usable(), c.ttl/3-time.Since(c.renewed)
		c.mu.Unlock()
		if err != nil {
			return
		}
		if left <= 0 && !c.beatOnce() {
			left = c.ttl / 12
		}
		if sleep(c.life, nil, left) != nil {
			return
		}
	}
}

// beatOnce tells whether the lease was renewed.
func (c *client) beatOnce() bool {
	ctx, cancel := context.WithTimeout(c.life, c.ttl/3)
	defer cancel()
	if c.take(ctx) != nil {
		return false // a call is writing, which renews too
	}
	defer c.give()
	c.mu.Lock()
	fresh := c.usable() != nil || time.Since(c.renewed) < c.ttl/3
	c.mu.Unlock()
	if fresh {
		return true // the call before has renewed it, or found that it is lost
	}
	err := c.renew(ctx)
	if err != nil && !isFinal(err) && c.life.Err() == nil {
		c.log.Warn("could not renew the lease", zap.Error(err))
	}
	return err == nil
}

// releaseTime bounds the last write: the end of a process must not wait for S3.
const releaseTime = 3 * time.Second

// release gives the object up, so that a standby need not wait, and so that a
// command line sees, also without a lease, that nobody uses it. It is one
// attempt: without it they wait. The turn is held.
func (c *client) release(ctx context.Context) {
	c.mu.Lock()
	fenced := c.fenced
	c.mu.Unlock()
	if c.held == nil || fenced != nil || c.store.away.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, releaseTime)
	defer cancel()
	if err := c.write(ctx, c.held.doc.Data, &document.Lease{Released: true}); err != nil {
		c.store.away.Store(true)
		c.log.Info("could not give the checkpoint up; a standby takes it over when the lease runs out", zap.Error(err))
	}
}

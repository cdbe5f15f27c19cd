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

const (
	// afterRecovery is added to epoch and generation when the previous generation
	// is used: it is more than were lost, so that numbers never come twice.
	afterRecovery = 1000
	// maxBroken is how often a broken object is read before it is believed.
	maxBroken = 3
)

// acquire takes the object over: it raises the epoch by a conditional write.
// From then on nobody with a lower epoch can write. With a lease it first waits
// until the holder stopped renewing. The turn is held.
func (c *client) acquire(ctx context.Context) error {
	err := c.tryAcquire(ctx)
	switch {
	case err == nil:
		c.health.report(c.name(), nil)
		if c.ttl > 0 {
			c.beats.Go(c.beat)
		}
	case ctx.Err() == nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrHeld):
		c.log.Error("the checkpoint could not be loaded; this source does not start", zap.Error(err))
		c.health.report(c.name(), err)
	case c.watch.host != "":
		return fmt.Errorf("standing by for the lease of host %q: %w", c.watch.host, err)
	}
	return err
}

func (c *client) tryAcquire(ctx context.Context) error {
	if err := c.ready(ctx); err != nil {
		return err
	}
	patience, broken := c.cfg.patience(c.closing), 0
	for {
		newest, err := c.read(ctx, c.key)
		switch {
		case err != nil:
		case newest.broken != nil && broken < maxBroken-1:
			broken++
			if err := sleep(ctx, c.closing, c.cfg.Retry.InitialInterval); err != nil {
				return fmt.Errorf("%w: %w", err, newest.broken)
			}
			continue
		default:
			d, held := c.standby(newest)
			if held != nil {
				return held
			}
			if d > 0 {
				if err := sleep(ctx, c.closing, d); err != nil {
					return err
				}
				patience = c.cfg.patience(c.closing)
				continue
			}
			if err = c.claim(ctx, newest); err == nil {
				return nil
			}
		}
		switch kindOf(err) {
		case kindTransient, kindPrecondition, kindConflict, kindMissing:
			if err := patience.wait(ctx, err); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

// claim writes the epoch of this client. Whoever holds the object until now is
// fenced when the write is applied, not before. If the answer is lost the claim
// is made again on top of it: only an answer proves that nobody came after.
func (c *client) claim(ctx context.Context, newest *object) error {
	b, err := c.choose(ctx, newest)
	if err != nil {
		return err
	}
	from := b.doc
	if from == nil {
		data, err := c.seed(ctx, c.identity)
		if err != nil {
			return err
		}
		from = &document.Document{Data: data}
	}
	if newest.doc != nil {
		c.preserve(ctx, newest, &b)
	}
	next, body, err := c.follow(b.number(from), from.Data, c.mark())
	if err != nil {
		return err
	}
	sent := time.Now()
	etag, err := c.store.put(ctx, c.key, body, condition{match: newest.etag, absent: newest.missing()})
	if err != nil {
		return err
	}
	c.accept(next, body, etag, sent)
	c.held.prev = b.prev
	c.discard(b.prev.parts)
	c.announce(ctx, b, next)
	return nil
}

// number gives from the highest numbers that are known, so that the next ones
// are new.
func (b *base) number(from *document.Document) *document.Document {
	n := *from
	if b.prevDoc != nil {
		n.Epoch, n.Generation = max(n.Epoch, b.prevDoc.Epoch), max(n.Generation, b.prevDoc.Generation)
	}
	if b.recovered != nil {
		n.Epoch += afterRecovery
		n.Generation += afterRecovery
	}
	n.Epoch++
	return &n
}

// preserve copies the state that is taken over to KEY.prev: it was just read
// and found whole. Without it the takeover goes on.
func (c *client) preserve(ctx context.Context, newest *object, b *base) {
	if !b.prev.known || b.prevDoc != nil && b.prevDoc.Nonce == newest.doc.Nonce {
		return
	}
	etag, err := c.store.put(ctx, c.key+previousSuffix, newest.text, b.prev.condition())
	if err != nil {
		b.prev.known = false
		return
	}
	b.prev.etag, b.prev.generation = etag, newest.doc.Generation
	b.prev.parts = append(b.prev.parts, partNames(newest.doc.Data)...)
}

func (c *client) announce(ctx context.Context, b base, next *document.Document) {
	fields := []zap.Field{
		zap.String("object", c.store.url(c.key)),
		zap.Uint64("epoch", next.Epoch), zap.Uint64("generation", next.Generation),
	}
	switch {
	case b.recovered != nil:
		c.tel.recovered(ctx, c.name())
		c.log.Error("the newest generation of the checkpoint can't be used: going on from the previous one, events since then are delivered again",
			append(fields, zap.Error(b.recovered), zap.Time("previous_updated_at", b.doc.UpdatedAt))...)
	case b.doc == nil:
		c.log.Info("there is no checkpoint yet: first start", fields...)
	default:
		if b.prevDoc != nil && b.prevDoc.Generation > b.doc.Generation {
			c.log.Warn("the checkpoint is older than its previous generation: somebody put it back", fields...)
		}
		c.log.Info("took the checkpoint over", append(fields, zap.String("from_host", b.doc.Writer.Host))...)
	}
}

func holder(o *object) string {
	if o.doc == nil {
		return "unknown"
	}
	return o.doc.Writer.Host
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// errRebase says that an earlier write of ours turned out to have landed: the
// change must be applied on top of it.
var errRebase = errors.New("an earlier write landed")

// maxOdd is how often in one write an answer that could be a stale read is
// asked for again before it is believed.
const maxOdd = 5

// follow makes the next version of a document, written by this client.
func (c *client) follow(old *document.Document, data map[string]document.Value, lease *document.Lease) (*document.Document, []byte, error) {
	nonce, err := uuid.NewV7()
	if err != nil {
		return nil, nil, fmt.Errorf("make a nonce: %w", err)
	}
	next := &document.Document{
		MinReader: document.MinReader, Nonce: nonce.String(), Component: c.component, StorageName: c.storageName,
		Epoch: old.Epoch, Generation: old.Generation + 1,
		Writer: c.writer, UpdatedAt: time.Now().UTC().Truncate(time.Millisecond), Lease: lease, Data: data,
	}
	body, err := next.Encode()
	if err != nil {
		return nil, nil, err
	}
	return next, body, nil
}

// write makes data durable: one conditional PUT, repeated until it is certain
// to have landed or not to be worth another attempt. The turn is held.
//
// Crash points: before the PUT is applied nothing happened; after it, the next
// holder finds the new state. There is no third case, because the PUT is atomic.
func (c *client) write(ctx context.Context, data map[string]document.Value, lease *document.Lease) error {
	next, body, err := c.follow(c.held.doc, data, lease)
	if err != nil {
		return err
	}
	if len(body) > maxObject {
		return fmt.Errorf("%w: %s would have %d bytes; the limit is %d", storage.ErrStorageFull, c.store.url(c.key), len(body), maxObject)
	}
	if err := c.keepPrevious(ctx); err != nil {
		return err
	}
	old := partNames(c.held.doc.Data)
	start := time.Now()
	err = c.persist(ctx, next, body)
	c.tel.written(ctx, start, err)
	switch {
	case err == nil:
		c.discard(old)
		c.sweep(ctx)
		c.health.report(c.name(), nil)
	case !errors.Is(err, errRebase) && !errors.Is(err, ErrClosed) && ctx.Err() == nil:
		c.log.Warn("the checkpoint could not be written", zap.Error(err))
		c.health.report(c.name(), err)
	}
	return err
}

// persist repeats the conditional PUT of body until its fate is certain.
func (c *client) persist(ctx context.Context, next *document.Document, body []byte) error {
	patience := c.cfg.patience(c.closing)
	first, odd := time.Now(), 0
	for attempt := 1; ; attempt++ {
		sent := time.Now()
		etag, err := c.store.put(ctx, c.key, body, condition{match: c.held.etag})
		switch kindOf(err) {
		case kindOK:
			c.accept(next, body, etag, sent)
			return nil
		case kindTransient:
			c.held.unsure = true
		case kindPrecondition, kindConflict, kindMissing:
			found := c.reconcile(ctx, next, err)
			switch found.verdict {
			case landed:
				c.accept(next, body, found.etag, first)
				return nil
			case rebase, final:
				return found.err
			case now:
				if odd++; odd < maxOdd {
					continue
				}
			case suspicious:
				if odd++; odd >= maxOdd {
					return c.believe(found)
				}
			}
			err = found.err
		default:
			return err
		}
		if attempt == maxOdd {
			c.health.report(c.name(), err)
		}
		if err := patience.wait(ctx, err); err != nil {
			return err
		}
	}
}

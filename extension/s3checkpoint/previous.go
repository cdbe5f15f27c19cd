// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"

	"go.uber.org/zap"
)

const previousSuffix = ".prev"

// previous is what is known about the object that keeps an earlier generation.
type previous struct {
	known      bool // it was read or written by this client
	etag       string
	generation uint64
	parts      []string // the parts that it refers to
}

func (p previous) condition() condition { return condition{match: p.etag, absent: p.etag == ""} }

// keepPrevious copies the held generation to KEY.prev when the one there is old
// enough. It is only there to recover from a corrupt object, so its failure
// does not fail a write; but its condition is a second place to notice a newer
// holder. The turn is held.
func (c *client) keepPrevious(ctx context.Context) error {
	h := c.held
	if !h.prev.known {
		if err := c.lookAtPrevious(ctx); err != nil || !h.prev.known {
			return err
		}
	}
	if h.prev.etag != "" && h.doc.Generation < h.prev.generation+uint64(c.cfg.PreviousEvery) {
		return nil
	}
	return c.writePrevious(ctx)
}

func (c *client) writePrevious(ctx context.Context) error {
	h := c.held
	etag, err := c.store.put(ctx, c.key+previousSuffix, h.body, h.prev.condition())
	if err != nil {
		h.prev.known = false // look before the next attempt
		if kindOf(err) == kindPrecondition {
			return c.lookAtPrevious(ctx)
		}
		c.log.Debug("could not keep the previous generation; it will be tried again", zap.Error(err))
		return nil
	}
	old := h.prev.parts
	h.prev = previous{known: true, etag: etag, generation: h.doc.Generation, parts: partNames(h.doc.Data)}
	c.discard(old)
	return nil
}

// lookAtPrevious reads what KEY.prev holds. Only a newer holder is an error.
func (c *client) lookAtPrevious(ctx context.Context) error {
	text, etag, err := c.store.get(ctx, c.key+previousSuffix, maxObject)
	if k := kindOf(err); k == kindMissing || k == kindDenied {
		c.held.prev = previous{known: true} // denied: the answer for a missing key without s3:ListBucket
		return nil
	}
	if err == nil {
		doc, derr := c.decode(text)
		if derr == nil && doc.Writer.ID != c.writer.ID && doc.Epoch > c.held.doc.Epoch {
			return c.fence(doc)
		}
		if derr == nil {
			c.held.prev = previous{known: true, etag: etag, generation: doc.Generation, parts: partNames(doc.Data)}
			return nil
		}
		err = derr
	}
	if errors.Is(err, ErrCorrupt) && etag != "" {
		c.held.prev = previous{known: true, etag: etag} // worth nothing: generation 0, so it is replaced soon
		return nil
	}
	c.log.Debug("could not read the previous generation", zap.Error(err))
	return nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// Limits in bytes. The object is read and written whole at every commit, so it
// stays small: what is large lies in objects of its own, its parts.
const (
	maxObject     = 1 << 20  // of the object
	maxValue      = 8 << 20  // of one value
	inlineBinary  = 4 << 10  // above it, a value that is not JSON becomes a part
	inlineJSON    = 64 << 10 // above it, JSON does too and can't be read with jq any more
	partsSuffix   = ".d/"
	partDigits    = 32
	deletesAtOnce = 8
)

func isLarge(value []byte) bool {
	return len(value) > inlineJSON || len(value) > inlineBinary && !document.IsJSON(value)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// same tells whether a stored value is exactly these bytes.
func same(old document.Value, value []byte) bool {
	if old.Blob != nil {
		return old.Blob.Size == int64(len(value)) && old.Blob.SHA256 == hexSum(value)
	}
	return (old.Bytes == nil) == (value == nil) && bytes.Equal(old.Bytes, value)
}

// spill writes the large values of data as parts and puts references in their
// place. Parts are written before the object that refers to them, so that a
// crash in between leaves a part that nobody refers to, and nothing else.
func (c *client) spill(ctx context.Context, data map[string]document.Value) error {
	for key, v := range data {
		if v.Blob != nil || !isLarge(v.Bytes) {
			continue
		}
		sum := hexSum(v.Bytes)
		// The generation is in the name so that no name is used again after it
		// was deleted: a late delete can't hit a new part.
		part := &document.Blob{
			Name: fmt.Sprintf("%s-%d", sum[:partDigits], c.held.doc.Generation+1),
			Size: int64(len(v.Bytes)), SHA256: sum,
		}
		if err := c.writePart(ctx, part, v.Bytes); err != nil {
			return err
		}
		data[key] = document.Value{Blob: part}
	}
	return nil
}

func (c *client) partKey(part *document.Blob) string { return c.key + partsSuffix + part.Name }

func (c *client) writePart(ctx context.Context, part *document.Blob, body []byte) error {
	patience := c.cfg.patience(c.closing)
	cond := condition{absent: true}
	for {
		_, err := c.store.put(ctx, c.partKey(part), body, cond)
		if kindOf(err) == kindPrecondition {
			// Most likely our own write whose answer was lost. Anything else there is
			// what is left of a torn write.
			if _, err = c.readPart(ctx, part); errors.Is(err, ErrCorrupt) {
				cond = condition{}
				continue
			}
		}
		switch kindOf(err) {
		case kindOK:
			return nil
		case kindTransient, kindConflict, kindMissing:
			if err := patience.wait(ctx, err); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

// bytesOf gives a copy of a value's bytes, from S3 if it is a part.
func (c *client) bytesOf(ctx context.Context, v document.Value) ([]byte, error) {
	if v.Blob == nil {
		return bytes.Clone(v.Bytes), nil
	}
	patience := c.cfg.patience(c.closing)
	for {
		body, err := c.readPart(ctx, v.Blob)
		switch kindOf(err) {
		case kindMissing:
			return nil, fmt.Errorf("%w: a part is gone: %w", ErrCorrupt, err)
		case kindTransient:
		default:
			return body, err
		}
		if err := patience.wait(ctx, err); err != nil {
			return nil, err
		}
	}
}

// readPart reads a part once and checks it against its reference.
func (c *client) readPart(ctx context.Context, part *document.Blob) ([]byte, error) {
	body, _, err := c.store.get(ctx, c.partKey(part), min(part.Size, maxValue))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) != part.Size || hexSum(body) != part.SHA256 {
		return nil, fmt.Errorf("%w: its part %s does not match its checksum", ErrCorrupt, c.store.url(c.partKey(part)))
	}
	return body, nil
}

// partNames gives the names of the parts that data refers to.
func partNames(data map[string]document.Value) []string {
	var names []string
	for _, v := range data {
		if v.Blob != nil {
			names = append(names, v.Blob.Name)
		}
	}
	return names
}

// discard remembers the parts that old refers to and the new state does not.
// The turn is held.
func (c *client) discard(old []string) {
	live := partNames(c.held.doc.Data)
	for _, name := range old {
		if !slices.Contains(live, name) && !slices.Contains(c.held.garbage, name) {
			c.held.garbage = append(c.held.garbage, name)
		}
	}
}

// sweep deletes a few parts that neither the newest nor the previous generation
// refers to. Only the holder calls it, right after a write of its own became
// durable. The turn is held.
func (c *client) sweep(ctx context.Context) {
	if !c.cfg.Cleanup || !c.held.prev.known {
		return
	}
	deleted := 0
	c.held.garbage = slices.DeleteFunc(c.held.garbage, func(name string) bool {
		if deleted == deletesAtOnce || slices.Contains(c.held.prev.parts, name) {
			return false
		}
		deleted++
		if err := c.store.remove(ctx, c.key+partsSuffix+name); err != nil {
			c.log.Debug("could not delete a part; it will be tried again", zap.Error(err))
			return kindOf(err) == kindDenied // without the right to delete it stays, as if cleanup were off
		}
		return true
	})
}

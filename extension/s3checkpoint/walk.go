// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// Walk calls fn for every key, in the order of the keys, and applies the
// operations that fn returned in one write. No other write of this client comes
// between. fn must not call the client's writing methods.
func (c *client) Walk(ctx context.Context, fn storage.WalkFunc) error {
	if err := c.take(ctx); err != nil {
		return c.wrap(err)
	}
	defer c.give()
	if err := c.hold(ctx); err != nil {
		return c.wrap(err)
	}
	ops, err := c.visit(ctx, fn)
	if err != nil || len(ops) == 0 {
		return err // as fn gave it
	}
	b, err := newBatch(ops)
	if err != nil {
		return c.wrap(err)
	}
	if err := c.commit(ctx, []*batch{b}); err != nil {
		return c.wrap(err)
	}
	return c.wrap(c.deliver(ctx, b))
}

func (c *client) visit(ctx context.Context, fn storage.WalkFunc) (ops []*storage.Operation, err error) {
	data := c.held.doc.Data
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		value, err := c.bytesOf(ctx, data[key])
		if err != nil {
			return nil, c.wrap(err)
		}
		more, err := fn(key, value)
		stop := errors.Is(err, storage.SkipAll)
		if err != nil && !stop {
			return nil, err
		}
		ops = append(ops, more...)
		if stop {
			return ops, nil
		}
	}
	return ops, nil
}

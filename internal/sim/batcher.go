// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// batcher is what a simulated storage has to know: the other calls of a client
// are batches of one.
type batcher func(ctx context.Context, ops ...*storage.Operation) error

var _ storage.Client = batcher(nil)

// Batch implements storage.Client.
func (b batcher) Batch(ctx context.Context, ops ...*storage.Operation) error { return b(ctx, ops...) }

// Get implements storage.Client.
func (b batcher) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := b(ctx, op)
	return op.Value, err
}

// Set implements storage.Client.
func (b batcher) Set(ctx context.Context, key string, value []byte) error {
	return b(ctx, storage.SetOperation(key, value))
}

// Delete implements storage.Client.
func (b batcher) Delete(ctx context.Context, key string) error {
	return b(ctx, storage.DeleteOperation(key))
}

// Close implements storage.Client.
func (batcher) Close(context.Context) error { return nil }

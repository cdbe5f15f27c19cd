// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// KeyReset is where Reset keeps the state. As KeyPrev it would be read again.
const KeyReset = "state.reset"

// Reset deletes everything that a source would start from, whether it can be
// read or not: the next Load is a first start. It is one batch, and idempotent.
func (s *Store) Reset(ctx context.Context) error {
	state, prev := storage.GetOperation(KeyState), storage.GetOperation(KeyPrev)
	if err := s.client.Batch(ctx, state, prev); err != nil {
		return fmt.Errorf("checkpoint: reset: %w", err)
	}
	ops := []*storage.Operation{storage.DeleteOperation(KeyState), storage.DeleteOperation(KeyPrev), storage.DeleteOperation(KeyImport)}
	for _, text := range [][]byte{state.Value, prev.Value} {
		if st, err := Decode(text); err == nil {
			for _, chunk := range st.Seen.Set.Chunks {
				ops = append(ops, storage.DeleteOperation(seenKey(chunk.ID)))
			}
		}
	}
	if state.Value != nil {
		ops = append(ops, storage.SetOperation(KeyReset, state.Value))
	}
	if err := s.client.Batch(ctx, ops...); err != nil {
		return fmt.Errorf("checkpoint: reset: %w", err)
	}
	s.last, s.garbage = nil, nil
	return nil
}

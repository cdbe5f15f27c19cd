// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"bytes"
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// memory is a storage extension, and its one client, that forgets everything
// when the program ends.
type memory struct {
	component.StartFunc
	component.ShutdownFunc

	mu   sync.Mutex
	data map[string][]byte
}

var (
	_ storage.Extension = (*memory)(nil)
	_ storage.Client    = (*memory)(nil)
)

func newMemory() *memory { return &memory{data: map[string][]byte{}} }

// state is the checkpoint that was stored last; nil without one.
func (m *memory) state() *checkpoint.State {
	m.mu.Lock()
	defer m.mu.Unlock()
	state, err := checkpoint.Decode(m.data[checkpoint.KeyState])
	if err != nil {
		return nil
	}
	return state
}

// GetClient implements storage.Extension.
func (m *memory) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return m, nil
}

// Get implements storage.Client.
func (m *memory) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := m.Batch(ctx, op)
	return op.Value, err
}

// Set implements storage.Client.
func (m *memory) Set(ctx context.Context, key string, value []byte) error {
	return m.Batch(ctx, storage.SetOperation(key, value))
}

// Delete implements storage.Client.
func (m *memory) Delete(ctx context.Context, key string) error {
	return m.Batch(ctx, storage.DeleteOperation(key))
}

// Batch implements storage.Client.
func (m *memory) Batch(_ context.Context, ops ...*storage.Operation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = bytes.Clone(m.data[op.Key])
		case storage.Set:
			m.data[op.Key] = bytes.Clone(op.Value)
		case storage.Delete:
			delete(m.data, op.Key)
		}
	}
	return nil
}

// Close implements storage.Client.
func (m *memory) Close(context.Context) error { return nil }

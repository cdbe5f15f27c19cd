// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"maps"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// heir is the store of a part. On the part's first start it takes over what the
// receiver has stored under its name alone, if that is a position of this part:
// `org: acme` that became `org: [acme, globex]` goes on where it was. It
// implements source.Store.
type heir struct {
	own    *checkpoint.Store
	client storage.Client
	root   storage.Client
	// is says which positions are the part's.
	is checkpoint.Fingerprint
	// inherited are chunks that the state refers to and that are not stored under
	// the part's name yet.
	inherited map[uint64][]byte
}

var _ source.Store = (*heir)(nil)

func newHeir(client, root storage.Client, is checkpoint.Fingerprint) *heir {
	return &heir{own: checkpoint.NewStore(client), client: client, root: root, is: is}
}

// Load implements source.Store.
func (h *heir) Load(ctx context.Context) (checkpoint.Loaded, error) {
	loaded, err := h.own.Load(ctx)
	if err != nil || loaded.State != nil {
		return loaded, err
	}
	if reset, err := h.client.Get(ctx, checkpoint.KeyReset); err != nil || reset != nil {
		return loaded, err // an operator wants it to start anew
	}
	before, err := checkpoint.NewStore(h.root).Load(ctx)
	if err != nil {
		return checkpoint.Loaded{}, err
	}
	// What was imported has no fingerprint: it is a position of every part.
	if before.State == nil || (before.State.Fingerprint.Account != "" && before.State.Fingerprint.Account != h.is.Account) {
		return loaded, nil
	}
	before.Note = "went on from the receiver's position, before its params were a list"
	h.inherited = before.Chunks
	return before, nil
}

// Save implements source.Store.
func (h *heir) Save(ctx context.Context, commit checkpoint.Commit) error {
	if len(h.inherited) > 0 {
		chunks := maps.Clone(h.inherited)
		maps.Copy(chunks, commit.Chunks)
		commit.Chunks = chunks
	}
	if err := h.own.Save(ctx, commit); err != nil {
		return err
	}
	h.inherited = nil
	return nil
}

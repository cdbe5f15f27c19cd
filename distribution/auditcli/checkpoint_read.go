// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint"
	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// view is a checkpoint as it is stored.
type view struct {
	// State is nil when there is none, or when it can't be used.
	State *checkpoint.State
	// Raw are the bytes of the newest state.
	Raw []byte
	// Note says what is unusual; "" otherwise.
	Note string
	// Err is why there is no State although something is stored.
	Err error
}

// read reads the checkpoint of a source without changing anything. Where the
// storage allows it, a running collector goes on undisturbed.
func (s *store) read(ctx context.Context) (view, error) {
	if s.absent() {
		return view{}, nil
	}
	if inspector, ok := s.ext.(s3checkpoint.Inspector); ok {
		snapshot, err := inspector.Inspect(ctx, component.KindReceiver, s.source, s.part.StorageName())
		if err != nil {
			return view{}, err
		}
		v := decode(snapshot.Data[checkpoint.KeyState], snapshot.Data[checkpoint.KeyPrev])
		if snapshot.Recovered != nil {
			v.Note = fmt.Sprintf("the newest generation is unusable (%v), this is the one before", snapshot.Recovered)
		} else if snapshot.Leased && v.Note == "" {
			v.Note = "held by host " + snapshot.Host
		}
		return v, nil
	}
	if err := s.open(ctx); err != nil {
		return view{}, err
	}
	state, prev := storage.GetOperation(checkpoint.KeyState), storage.GetOperation(checkpoint.KeyPrev)
	if err := s.client.Batch(ctx, state, prev); err != nil {
		return view{}, err
	}
	return decode(state.Value, prev.Value), nil
}

// decode reads the newest state that can be used, as the receiver does.
func decode(state, prev []byte) view {
	if state == nil && prev == nil {
		return view{}
	}
	st, err := checkpoint.Decode(state)
	if err == nil {
		return view{State: st, Raw: state}
	}
	if before, prevErr := checkpoint.Decode(prev); errors.Is(err, checkpoint.ErrCorrupt) && prevErr == nil {
		return view{State: before, Raw: prev, Note: fmt.Sprintf("the newest state is unusable (%v), this is the one before", err)}
	}
	return view{Raw: state, Err: err}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"errors"
	"fmt"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

var (
	// ErrFenced says that another holder took the checkpoint over. The client
	// never writes again, and the source that uses it must stop. The error in the
	// chain is a *FencedError.
	ErrFenced = errors.New("another holder took this checkpoint over")
	// ErrLeaseLapsed says that the lease could not be renewed in time, so another
	// holder may be about to take over. Deliver nothing; the call may be repeated.
	ErrLeaseLapsed = errors.New("the lease could not be renewed")
	// ErrHeld says that somebody else holds the checkpoint and renews its lease.
	// Nothing was changed.
	ErrHeld = errors.New("somebody else holds the checkpoint")
	// ErrCorrupt says that neither the newest nor the previous generation can be
	// read. The error's text has the commands that recover.
	ErrCorrupt = document.ErrCorrupt
	// ErrNewer says that a newer version wrote the checkpoint in a form that this
	// one can't read.
	ErrNewer = document.ErrNewer
	// ErrGone says that somebody deleted the object of a running client.
	ErrGone = errors.New("the checkpoint object was deleted")
	// ErrClosed says that the client was used after Close.
	ErrClosed = errors.New("the storage client is closed")
	// ErrUnconditional says that the server ignores conditional writes, so that
	// two replicas could overwrite each other.
	ErrUnconditional = errors.New("the server ignores conditional writes")
)

// FencedError tells who took a checkpoint over. Callers that don't import this
// package find it by its method:
//
//	var fenced interface{ Fenced() bool }
//	if errors.As(err, &fenced) && fenced.Fenced() { ... }
type FencedError struct {
	Object string // s3://bucket/key
	Epoch  uint64 // ours
	By     uint64 // theirs; not above ours when an older object was put back
	Host   string // theirs
}

// Error tells what happened and that it is final.
func (e *FencedError) Error() string {
	if e.By <= e.Epoch {
		return fmt.Sprintf("%s was replaced by somebody else (epoch %d, host %q) while this process held epoch %d; nothing more is written, restart to take over",
			e.Object, e.By, e.Host, e.Epoch)
	}
	return fmt.Sprintf("%s: epoch %d of host %q replaced our epoch %d: %v; nothing more is written",
		e.Object, e.By, e.Host, e.Epoch, ErrFenced)
}

// Is makes errors.Is(err, ErrFenced) true.
func (e *FencedError) Is(target error) bool { return target == ErrFenced }

// Fenced is true: it marks the error for callers that don't import this package.
func (e *FencedError) Fenced() bool { return true }

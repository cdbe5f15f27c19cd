// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// Seizer is a client whose checkpoint a person wants now. Without it the first
// call stands in line for a lease, for ever while its holder lives. Clients
// implement it, for command lines.
type Seizer interface {
	// Seize takes the checkpoint over. A lease is watched for its TTL first, and
	// ErrHeld says that somebody renewed it meanwhile. With force nobody is waited
	// for: a collector that has the checkpoint is fenced. Nothing is changed unless
	// it returns nil; once it did, it does nothing more.
	Seize(ctx context.Context, force bool) error
}

var _ Seizer = (*client)(nil)

// seizing is how a client takes its object over.
type seizing int

const (
	seizesNot    seizing = iota // it stands in line if it has a lease itself
	seizesUnheld                // it watches a lease once, and gives up if that is renewed
	seizesAtOnce                // it does not look
)

// Seize implements Seizer.
func (c *client) Seize(ctx context.Context, force bool) error {
	if err := c.take(ctx); err != nil {
		return c.wrap(err)
	}
	defer c.give()
	c.seizing = seizesUnheld
	if force {
		c.seizing = seizesAtOnce
	}
	return c.wrap(c.hold(ctx))
}

// waitsFor tells whether the client respects that somebody else has the object.
// doc is nil where that can't be read.
func (c *client) waitsFor(doc *document.Document) bool {
	switch c.seizing {
	case seizesAtOnce:
		return false
	case seizesUnheld:
		return doc != nil && doc.Lease != nil
	default:
		return c.ttl > 0
	}
}

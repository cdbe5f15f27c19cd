// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
)

// Snapshot is a checkpoint as it lies in S3.
type Snapshot struct {
	Object     string // s3://bucket/key
	Component  string
	Exists     bool
	Recovered  error // why this is the previous generation; nil if it is the newest
	Epoch      uint64
	Generation uint64
	Host       string // of the last writer
	UpdatedAt  time.Time
	Leased     bool              // the writer promised to renew, and did not give it up
	TTL        time.Duration     // of the lease: how long without a renewal is the end of it
	Released   bool              // the writer ended in order: nobody uses the checkpoint
	Data       map[string][]byte // the values that lie in the object itself
	Parts      map[string]int64  // sizes of the others, bytes
}

// Inspector reads checkpoints without taking them over: the holder goes on. The
// extension implements it, for command lines.
type Inspector interface {
	// Inspect reads the checkpoint of one component client. It works after Start.
	Inspect(ctx context.Context, kind component.Kind, id component.ID, storageName string) (*Snapshot, error)
}

var _ Inspector = (*s3Extension)(nil)

// Inspect implements Inspector.
func (e *s3Extension) Inspect(ctx context.Context, kind component.Kind, id component.ID, storageName string) (*Snapshot, error) {
	if e.env.store == nil {
		return nil, errNotStarted
	}
	c := e.newClient(kind, id, storageName)
	defer c.end()
	s := &Snapshot{Object: c.store.url(c.key), Component: c.component}
	newest, err := c.read(ctx, c.key)
	if err != nil {
		return nil, c.wrap(err)
	}
	doc := newest.doc
	if doc == nil {
		b, err := c.choose(ctx, newest)
		if err != nil {
			return nil, c.wrap(err)
		}
		doc, s.Recovered = b.doc, b.recovered
	}
	if doc == nil {
		return s, nil
	}
	s.Exists, s.Epoch, s.Generation, s.Host, s.UpdatedAt = true, doc.Epoch, doc.Generation, doc.Writer.Host, doc.UpdatedAt
	if lease := doc.Lease; lease != nil {
		s.Leased, s.Released = !lease.Released, lease.Released
		s.TTL, _ = time.ParseDuration(lease.TTL) // empty when released
	}
	s.Data, s.Parts = map[string][]byte{}, map[string]int64{}
	for key, v := range doc.Data {
		if v.Blob != nil {
			s.Parts[key] = v.Blob.Size
		} else {
			s.Data[key] = v.Bytes
		}
	}
	return s, nil
}

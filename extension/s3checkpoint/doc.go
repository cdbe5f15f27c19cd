// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package s3checkpoint is a Collector storage extension that keeps the state of
// other components in S3: one JSON object per component client, which a person
// can read with jq.
//
// What it promises:
//
//   - A Set, Delete or Batch that returned nil is durable, and a Batch is one
//     conditional PUT: all of it or nothing.
//   - A client holds an epoch. Once another client took the object over, this
//     one can't write any more: every call returns ErrFenced.
//   - A state that can't be read is an error, never an empty state. Only a key
//     that does not exist is empty.
//   - A call that failed may have taken effect, or may still take effect until
//     the client's next write succeeded; never after.
//
// The way of a write: client.go takes the call, queue.go groups what waits,
// write.go makes one conditional PUT durable, reconcile.go judges a refused
// one. The way of a start: acquire.go, with load.go to read and lease.go to
// stand by.
//
// It is not a queue: exporters are refused unless allowed. It imports nothing
// else of this repository.
package s3checkpoint

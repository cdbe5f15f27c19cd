// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package checkpoint is the persisted position of a source: what it holds, how
// it is written down, and how it is read back without ever starting afresh in
// silence.
//
// A State is one JSON document that a person can read, closed by a checksum
// over its bytes. It is kept in two slots: `state` and `state.prev`. The uids
// that were delivered lie beside it in immutable chunks (`seen.<id>`), which a
// state refers to, so that a commit writes what changed and not the whole set.
//
// The package does not decide when to commit: internal/source does.
package checkpoint

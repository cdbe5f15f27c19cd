// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package document is the form of a checkpoint object: JSON that a person can
// read, closed by a checksum over all of its bytes.
//
//	{
//	  "schema": 1,
//	  "min_reader": 1,
//	  "nonce": "0199...",
//	  "writer": {"id": "...", "host": "pod-x", "version": "0.1.0"},
//	  "component": "receiver/restaudit/okta",
//	  "epoch": 7,
//	  "generation": 4211,
//	  "updated_at": "2025-12-17T15:30:01.5Z",
//	  "data": {
//	    "state": {"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"}
//	  },
//	  "sha256": "..."
//	}
//
// The checksum is the SHA-256 of every byte before its own digits:
//
//	head -c -68 FILE | sha256sum
//
// This closing line is the same in all schemas, so that an old reader tells
// "newer than me" from "corrupt" (F48). Everything else may change with the
// schema.
//
// The package is pure: no I/O, no clock. It does not know S3, epochs' meaning
// or who may write.
package document

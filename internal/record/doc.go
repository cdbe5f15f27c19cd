// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package record turns the raw records of a page into Records: an identity, a
// time and the few fields that have a place of their own in OTLP.
//
// It is pure and drops nothing: a record that is no object, has no id, or whose
// time nobody can read is a Record with a flag, since losing evidence for being
// malformed is what an audit log must not do (F25). Which records are wanted is
// internal/filter's to say, which are new internal/dedupe's.
//
// Nothing is copied: all texts are slices of the page, unless they have escapes
// or invalid bytes.
package record

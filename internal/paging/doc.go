// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package paging decides which page follows a page.
//
// It is the one place that knows how vendors say "there is more": a cursor in
// the body or a header, a Link header (RFC 8288), a next URL, an offset, a page
// number, the id of the last record. It is pure: it neither sends requests nor
// knows time windows; whether a walk that ended has drained its window is for
// the caller to judge.
//
//	next, err := settings.Next(at, answer)
package paging

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package page turns one HTTP body into raw records and picked values.
//
// A vendor's bytes are hostile until the whole body has been read: a truncated
// answer still looks like JSON at its start, a login page may contain a JSON
// fragment, and twelve megabytes of "[" kill a recursive parser. So Decode
// validates the whole body strictly (RFC 8259, bounded depth, nothing but white
// space after the value) before it hands out a single record, and it does so in
// the same pass that finds the record array, cuts it into records and picks the
// wanted values. Nothing is copied: every string of a Page is a slice of the
// body, and numbers stay text, so an id above 2^53 survives.
//
// Paths are those of gjson. Those made of keys and indexes are compiled into a
// tree that the scanner follows on its way; the others (queries, modifiers,
// wildcards) are evaluated by gjson on what has already been validated, and cost
// a pass each. Where a key occurs twice the first counts, but for the record array: then the page is refused.
//
// CSV and XML are rewritten as JSON and then go the same way. A record that
// holds several events can be split (Settings.Split), and paths can lead into
// JSON that a string holds (Settings.Embedded).
//
// Of lines and CSV a cut body may be a whole one with less in it, or with another
// last value, whether it ends with a newline or not. Decode can't tell: what came
// without any sign of its end must not be given to it (Decoder.ProvesEnd). With
// such a sign the last line needs no newline.
//
// The package is pure. It knows nothing of HTTP, of time, of what a field means,
// and it never changes a record's bytes.
package page

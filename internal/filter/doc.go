// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package filter decides by regular expressions whether a record is kept.
//
// Patterns are RE2 (package regexp): they run in time linear in the text, so a vendor can't choose a text that is slow to
// match. Even so a pattern over a whole event costs up to 50 us, ten times all other work on it. Most patterns contain text
// that every match must contain. The filter takes these literals out of the syntax trees, looks for all of them in one pass
// over the text (a step per several bytes, see scanner), and runs only the expressions whose literals are all there. The
// answer is the same as that of the plain expressions, always; a fuzz test holds the two against each other.
//
// It is not a query language: it knows nothing of JSON, fields or time, and it changes no record.
package filter

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package trim gives back the pages of the program's own file that only its
// start has needed.
//
// The program has 100 MB, and its start touches most of them: the tables of some
// hundred packages are filled once and never looked at again. The kernel keeps
// those pages in the resident set until memory gets short somewhere, and so a
// dashboard shows 80 MB for a process that uses 15. What is needed again is
// mapped again from the page cache, without a read.
package trim

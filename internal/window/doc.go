// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package window plans the time window [From, To) that a walk asks for, and
// says how far the low watermark may move when the window is drained.
//
// It is pure time arithmetic: it knows bounds, granules, overlap and delay, and
// no vendor, no page and no clock. Two rules hold throughout: the lower bound
// never comes from the local clock, and it is never one unit above something
// that was seen (F02, F04, F06).
package window

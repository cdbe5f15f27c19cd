// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package source is the loop: it polls one vendor log and sees to it that every
// record is delivered and then, and only then, checkpointed.
//
//	load -> [ poll -> wait ] ... ; poll = plan window -> walk its pages -> move the watermark
//
// A walk has three stages that overlap: one goroutine fetches the next page,
// one delivers the page before, one persists what was delivered. Pages are
// delivered and persisted in their order; a stage that is ahead waits.
//
// The crash points of a page, which docs/delivery.md and the simulation name by
// the same numbers:
//
//	CP1  a page is fetched, not delivered:    it is fetched again
//	CP2  the pipeline has part of the page:   the page is delivered again
//	CP3  the pipeline accepted it, the state in memory is old: delivered again
//	CP4  the state is in memory, not stored:  the pages in flight are delivered again
//	CP5  the state is stored, we don't know it: nothing is lost or repeated
//	CP6  the window is drained, the watermark not moved: the last page is fetched again
//
// It has no HTTP, no Collector and no vendor in it: what it needs from outside
// are the four ports in ports.go.
package source

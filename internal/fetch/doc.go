// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package fetch gets one page: it puts the steps of the data's way from the
// request to the records together, in their order.
//
//	build request -> send, with credentials -> decode -> records -> filter -> next position
//
// It makes one attempt. What an error means for the source, when to try again
// and which page to ask for are internal/source's to decide; each step's own
// rules are in the package of that step.
package fetch

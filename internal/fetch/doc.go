// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package fetch gets one page: it puts the steps of the data's way from the
// request to the records together, in their order.
//
//	build request -> send, with credentials -> decode -> records -> filter -> next position
//
// Lines and CSV are taken only from a body of which its length, its chunks, HTTP/2
// or gzip say that it is whole. One that ends with its connection may have been
// cut between two records, or in the last cell, and a newline at its end proves
// nothing. Hardly a vendor answers so; a proxy that speaks HTTP/1.0 may. To stop
// there, with a hint, is better than to lose events or to deliver others.
//
// It makes one attempt. What an error means for the source, when to try again
// and which page to ask for are internal/source's to decide; each step's own
// rules are in the package of that step.
package fetch

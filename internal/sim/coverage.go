// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"strings"
)

// fault is one row of the catalogue in docs/delivery.md, as far as a simulated
// world can produce it.
type fault struct {
	id   string
	text string
	// p0 rows must be hit in a long run.
	p0 bool
}

// catalogue lists what worlds produce. The ids are those of the catalogue of
// failure modes and are not renumbered.
var catalogue = []fault{
	{"F01", "event arrives late, within the overlap", true},
	{"F01s", "event arrives later than the overlap, within the sweep", true},
	{"F02", "equal times on both sides of a page boundary", true},
	{"F03", "the lower bound is exclusive", true},
	{"F04", "the request's time format cuts the precision", true},
	{"F05", "records newest first or unsorted, over several pages", true},
	{"F06", "clocks differ", false},
	{"F06d", "an answer from a machine whose clock is off", true},
	{"F07", "event time missing, unreadable or in the future", false},
	{"F08", "event edited under its id", false},
	{"F09", "rows inserted or deleted between two pages", true},
	{"F10", "killed in the middle of a walk", true},
	{"F11", "pages in a circle, or empty with more to come", true},
	{"F12", "the vendor says that there is no more, and there is; short pages", true},
	{"F13", "cursor expired", true},
	{"F14", "down for longer than the retention", false},
	{"F14r", "a request for before the retention is an error", false},
	{"F15", "result cut off at the vendor's cap", false},
	{"F17", "the same record on two pages", false},
	{"F18", "a next link for ever", false},
	{"F19", "cursor is a number above 2^53", false},
	{"F21", "200 with an error, or without the records", true},
	{"F22", "truncated or damaged body", true},
	{"F23", "200 with a page of HTML", true},
	{"F24", "204, null or empty body", true},
	{"F30", "429", true},
	{"F31", "401 for a while", true},
	{"F32", "5xx, 205, 304, connection lost", false},
	{"F33", "body that stalls or drips, answer that never comes", true},
	{"F36", "killed between acceptance and checkpoint", true},
	{"F37", "the pipeline refuses for a while", true},
	{"F38", "record that the pipeline refuses for good", true},
	{"F42", "shutdown in an orderly way", false},
	{"F43", "killed", true},
	{"F44", "checkpoint can't be written, torn, or written and failed", true},
	{"F45", "checkpoint can't be read", true},
	{"F46", "checkpoint corrupt", true},
	{"F49", "configuration changed between two starts", true},
	{"F50", "another instance takes over", true},
	{"S3", "fault of S3 in front of the real s3checkpoint", true},
	{"S3t", "epoch taken over in S3", true},
	{"F53", "memory of delivered uids overflows", false},
	{"F56", "records dropped by a filter", false},
	{"F57", "killed before the first event", false},
	{"F59", "polls without anything new", false},
	{"S6", "a page with more records than are taken", true},
	{"S1", "the vendor leads to a foreign host", true},
}

// Coverage counts how often each fault of the catalogue happened.
type Coverage map[string]int

// add sums up another world's counts.
func (c Coverage) add(other Coverage) {
	for id, n := range other {
		c[id] += n
	}
}

// missing lists the P0 faults that never happened.
func (c Coverage) missing() []string {
	var ids []string
	for _, f := range catalogue {
		if f.p0 && c[f.id] == 0 {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// table writes the counts down, one row per fault.
func (c Coverage) table() string {
	var b strings.Builder
	for _, f := range catalogue {
		mark := "  "
		if f.p0 {
			mark = "P0"
		}
		fmt.Fprintf(&b, "  %-4s %s %9d  %s\n", f.id, mark, c[f.id], f.text)
	}
	return b.String()
}

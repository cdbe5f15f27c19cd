// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"unicode/utf8"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// A value from beside the records is written once by the vendor, and delivered
// with each of thousands of records.
const (
	// maxBeside is how much all records of an answer get, in bytes. More is cut to
	// shorter texts, the same length for all.
	maxBeside = 16 << 20
	// leastBeside is never cut.
	leastBeside = 1 << 10
)

// limitBeside is how long a value may be that stands for uses of them; total is
// what they would have altogether, each of them up to record.MaxText.
func limitBeside(uses, total int) int {
	if total <= maxBeside {
		return record.MaxText
	}
	return max(leastBeside, maxBeside/uses)
}

// beside is a value with what it says about a record that gets it.
type beside struct {
	page.Value
	flags record.Flag
}

// newBeside cuts a value.
func newBeside(v page.Value, limit int) beside {
	b := beside{Value: record.CutValue(v, limit)}
	if len(v.Raw) > limit {
		b.flags |= record.Clipped
	}
	if !utf8.ValidString(v.Raw) { // what the record is made of itself may well be
		b.flags |= record.InvalidUTF8
	}
	return b
}

// belong appends the values of the item that the records belong to.
func belong(records []record.Record, values []page.Value) {
	if len(values) == 0 || len(records) == 0 {
		return
	}
	total := 0
	for _, v := range values {
		total += min(len(v.Raw), record.MaxText) * len(records)
	}
	limit := limitBeside(len(values)*len(records), total)
	shared, flags := make([]page.Value, len(values)), record.Flag(0)
	for i, v := range values {
		b := newBeside(v, limit)
		shared[i], flags = b.Value, flags|b.flags
	}
	for i := range records {
		own := records[i].Values
		records[i].Values = append(own[:len(own):len(own)], shared...)
		records[i].Flags |= flags
	}
}

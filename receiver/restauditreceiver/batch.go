// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// What a record costs in the pipeline and the exporters, in rough bytes: a page
// of usual size is one batch, and a page of 16 MiB doesn't take a multiple of that.
const (
	maxBatchCost = 4 << 20
	// recordCost is the log record itself with its own attributes.
	recordCost = 1 << 10
	// mapCost is how much more a byte of a map takes than a byte of text: each
	// value is an allocation. listCost is the same for attributes that are lists or
	// objects, which can be nothing but values.
	mapCost  = 4
	listCost = 16
)

// batch returns how many of the records, at least one, are handed over at once.
func (e *emitter) batch(records []record.Record) int {
	cost := 0
	for i := range records {
		if cost += e.cost(&records[i]); cost > maxBatchCost {
			return max(i, 1)
		}
	}
	return len(records)
}

func (e *emitter) cost(r *record.Record) int {
	cost := recordCost + len(r.Raw)
	if e.settings.body == bodyMap {
		cost += (mapCost - 1) * len(r.Raw)
	}
	for _, v := range r.Values {
		if v.Kind == page.Array || v.Kind == page.Object {
			cost += listCost * len(v.Raw)
		}
	}
	return cost
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"strings"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// What a record costs in the pipeline and the exporters, in rough bytes: a page
// of usual size is one batch, and a large one doesn't take a multiple of its size.
const (
	maxBatchCost = 4 << 20
	// recordCost is the log record itself with its own attributes.
	recordCost = 1 << 10
	// valueCost is a value of a map with its name: two allocations.
	valueCost = 128
	// listCost is how much more a byte of an attribute that is a list or an object
	// takes than a byte of text: it can be nothing but values.
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
		cost += valueCost * values(r.Raw)
	}
	for _, v := range r.Values {
		switch v.Kind {
		case page.Array, page.Object:
			cost += listCost * len(v.Raw)
		case page.String:
			cost += min(len(v.Raw), record.MaxText) // a longer one is cut
		}
	}
	return cost
}

// values is at least the number of values in a JSON text.
func values(text string) int {
	return 1 + strings.Count(text, ",") + strings.Count(text, "{") + strings.Count(text, "[")
}

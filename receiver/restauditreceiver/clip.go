// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"slices"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// clip cuts the texts that the body has whole, and reports whether there were
// any. Attributes from mapsFrom on come from beside the record and were cut there.
func (e *emitter) clip(r *record.Record) bool {
	long := func(v page.Value) bool { return len(v.Raw) > record.MaxText }
	own := min(len(r.Values), e.settings.mapsFrom)
	if len(r.EventName) <= record.MaxText && len(r.Severity) <= record.MaxText && !slices.ContainsFunc(r.Values[:own], long) {
		return false
	}
	r.EventName, r.Severity = record.CutText(r.EventName, record.MaxText), record.CutText(r.Severity, record.MaxText)
	r.Values = slices.Clone(r.Values) // the page's own must stay as they are
	for i, v := range r.Values[:own] {
		r.Values[i] = record.CutValue(v, record.MaxText)
	}
	return true
}

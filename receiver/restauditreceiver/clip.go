// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// maxText is how long a text of the record may be beside the body, in bytes. No
// field of an event that is worth an attribute is longer, indexes of SIEMs refuse
// a record with such a one, and in each exporter it takes the memory of a second body.
const maxText = 32 << 10

// clip cuts the texts that the body has whole, and reports whether there were
// any. Attributes from mapsFrom on come from elsewhere and stay.
func (e *emitter) clip(r *record.Record) bool {
	long := func(v page.Value) bool { return len(v.Raw) > maxText }
	own := min(len(r.Values), e.settings.mapsFrom)
	if len(r.EventName) <= maxText && len(r.Severity) <= maxText && !slices.ContainsFunc(r.Values[:own], long) {
		return false
	}
	r.EventName, r.Severity = cutText(r.EventName), cutText(r.Severity)
	r.Values = slices.Clone(r.Values) // the page's own must stay as they are
	for i, v := range r.Values[:own] {
		if long(v) {
			text, _ := json.Marshal(cutText(v.Text())) //nolint:errchkjson // texts always marshal
			r.Values[i] = page.Value{Kind: page.String, Raw: string(text)}
		}
	}
	return true
}

// cutText cuts a text between two characters.
func cutText(text string) string {
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for end > maxText-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

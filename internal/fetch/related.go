// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// RelatedSettings is how objects that a vendor delivers beside the records are
// joined into them (Okta ASA's related_objects).
type RelatedSettings struct {
	// Path is the object in the body that has the related objects by their ids.
	Path []string
	// Fields are the fields of a record that hold such ids. For each of them
	// record.Record.Values gets one more value: the related object, or Missing.
	Fields [][]string
}

// join appends the related objects to the values of the records. index is the
// index of the first of the fields in a raw record.
func (s RelatedSettings) join(objects page.Value, raw []page.Record, records []record.Record, index int) {
	if len(s.Fields) == 0 {
		return
	}
	byID := map[string]page.Value{}
	if objects.Kind == page.Object {
		gjson.Parse(objects.Raw).ForEach(func(key, value gjson.Result) bool {
			id := page.Value{Kind: page.String, Raw: key.Raw}.Text()
			if _, twice := byID[id]; !twice && value.IsObject() {
				byID[id] = page.Value{Kind: page.Object, Raw: value.Raw}
			}
			return true
		})
	}
	width := len(s.Fields)
	for i := range records {
		own := records[i].Values
		values := make([]page.Value, len(own), len(own)+width)
		copy(values, own)
		for k := range width {
			values = append(values, byID[raw[i].Fields[index+k].Text()])
		}
		records[i].Values = values
		flagInvalid(&records[i], values[len(own):])
	}
}

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

// related is an object that records name.
type related struct {
	beside
	uses int
}

// join appends the related objects to the values of the records. index is the
// index of the first of the fields in a raw record.
func (s RelatedSettings) join(objects page.Value, raw []page.Record, records []record.Record, index int) {
	if len(s.Fields) == 0 {
		return
	}
	width := len(s.Fields)
	byID := map[string]*related{} // no more of them than are named
	for i := range raw {
		for _, field := range raw[i].Fields[index : index+width] {
			id := field.Text()
			if byID[id] == nil {
				byID[id] = &related{}
			}
			byID[id].uses++
		}
	}
	find(objects, byID)
	for i := range records {
		own := records[i].Values
		values := make([]page.Value, len(own), len(own)+width)
		copy(values, own)
		for _, field := range raw[i].Fields[index : index+width] {
			object := byID[field.Text()]
			values = append(values, object.Value)
			records[i].Flags |= object.flags
		}
		records[i].Values = values
	}
}

// find looks up the objects that are named. Of two with one id the first counts.
func find(objects page.Value, byID map[string]*related) {
	if objects.Kind != page.Object {
		return
	}
	uses, total := 0, 0
	gjson.Parse(objects.Raw).ForEach(func(key, value gjson.Result) bool {
		object := byID[page.Value{Kind: page.String, Raw: key.Raw}.Text()]
		if object != nil && !object.Exists() && value.IsObject() {
			object.Value = page.Value{Kind: page.Object, Raw: value.Raw}
			uses += object.uses
			total += object.uses * min(len(value.Raw), record.MaxText)
		}
		return true
	})
	limit := limitBeside(uses, total)
	for _, object := range byID {
		object.beside = newBeside(object.Value, limit)
	}
}

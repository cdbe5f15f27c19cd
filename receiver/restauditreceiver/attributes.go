// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"math"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/restaudit/otelcol-audit/internal/page"
)

// putAttribute writes a picked value with its type:
//
//	missing, null         no attribute
//	string                string
//	number                int, double or string; see setNumber
//	true, false           bool
//	array of scalars      slice
//	other array, object   string, the JSON text
func putAttribute(attrs pcommon.Map, name string, v page.Value) {
	switch v.Kind {
	case page.Missing, page.Null:
	case page.String:
		attrs.PutStr(name, v.Text())
	case page.Number:
		setNumber(attrs.PutEmpty(name), v.Raw)
	case page.True, page.False:
		attrs.PutBool(name, v.Kind == page.True)
	case page.Array:
		value := attrs.PutEmpty(name)
		if !setScalars(value, v.Raw) {
			value.SetStr(v.Raw)
		}
	default:
		attrs.PutStr(name, v.Raw)
	}
}

// putObject writes an object as a map, or as its JSON text if it is too large.
func putObject(attrs pcommon.Map, name string, v page.Value) {
	value := attrs.PutEmpty(name)
	if !setJSONMap(value, v.Raw) {
		value.SetStr(v.Raw)
	}
}

// setScalars writes an array of strings, numbers and booleans. It reports false
// for an array with anything else in it, or with more values than a map may have.
func setScalars(value pcommon.Value, raw string) bool {
	slice := value.SetEmptySlice()
	scalar, left := true, maxMapValues
	gjson.Parse(raw).ForEach(func(_, element gjson.Result) bool {
		switch element.Type {
		case gjson.String:
			slice.AppendEmpty().SetStr(page.Value{Kind: page.String, Raw: element.Raw}.Text())
		case gjson.Number:
			setNumber(slice.AppendEmpty(), element.Raw)
		case gjson.True, gjson.False:
			slice.AppendEmpty().SetBool(element.Type == gjson.True)
		default:
			scalar = false
		}
		left--
		scalar = scalar && left >= 0
		return scalar
	})
	return scalar
}

// setNumber writes a JSON number: an integer that fits int64 as int, a larger one
// as its text, so that no id is rounded (F19, F28), and any other number as
// double, or as its text where a double would be infinite.
func setNumber(value pcommon.Value, raw string) {
	if !strings.ContainsAny(raw, ".eE") {
		if i, err := strconv.ParseInt(raw, 10, 64); err == nil {
			value.SetInt(i)
		} else {
			value.SetStr(raw)
		}
		return
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(f, 0) {
		value.SetStr(raw)
		return
	}
	value.SetDouble(f)
}

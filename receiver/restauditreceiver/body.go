// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/restaudit/otelcol-audit/internal/record"
)

// emptyBody stands for a record without any byte, which no page holds.
const emptyBody = "null"

// setBody writes the body as one of the config's modes says:
//
//	raw      the record's JSON text, byte for byte: evidence
//	map      the record as a map; see jsonmap.go for what stays text in it
//	message  the record's message, or its JSON text if it has none
//
// It is never empty, whatever the record and the mode: an exporter that skips
// empty bodies would lose the record silently (F29).
func setBody(body pcommon.Value, r *record.Record, mode string) {
	switch {
	case mode == bodyMessage && r.Message != "":
		body.SetStr(r.Message)
	case mode == bodyMap && isObject(r.Raw) && setJSONMap(body, r.Raw):
	case r.Raw != "":
		body.SetStr(r.Raw)
	default:
		body.SetStr(emptyBody)
	}
}

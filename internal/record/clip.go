// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package record

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/restaudit/otelcol-audit/internal/page"
)

// MaxText is how long a text beside the body may be, in bytes. No field of an
// event that is worth an attribute is longer, indexes of SIEMs refuse a record
// with such a one, and in each exporter it takes the memory of a second body.
const MaxText = 32 << 10

// CutText cuts a text between two characters.
func CutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > limit-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// CutValue makes a text of a value that is longer, and cuts it.
func CutValue(v page.Value, limit int) page.Value {
	if len(v.Raw) <= limit {
		return v
	}
	text, _ := json.Marshal(CutText(v.Text(), limit)) //nolint:errchkjson // texts always marshal
	return page.Value{Kind: page.String, Raw: string(text)}
}

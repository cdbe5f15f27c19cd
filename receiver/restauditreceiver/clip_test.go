// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

func TestLongTextsAreCutBesideTheBodyThatHasThem(t *testing.T) {
	long := strings.Repeat("x", record.MaxText-1) + "\"<é" // the cut would fall into é
	raw := `{"a":"` + strings.Repeat("x", record.MaxText-1) + `\"<é","l":[` + strings.Repeat("1,", record.MaxText) + `1]}`
	settings := emitSettings{body: bodyRaw, attributes: []string{"a", "l", "short", "of.item"}, mapsFrom: 3}
	r := record.Record{Raw: raw, UID: "u", EventName: long, Severity: long, Values: []page.Value{
		{Kind: page.String, Raw: `"` + strings.Repeat("x", record.MaxText-1) + `é"`},
		{Kind: page.Array, Raw: raw[strings.Index(raw, "["):]},
		{Kind: page.String, Raw: `"s"`},
		{Kind: page.String, Raw: `"` + long[:record.MaxText-1] + `yyyy"`},
	}}
	lr := one(settings, r)
	text := func(name string) string {
		v, _ := lr.Attributes().Get(name)
		return v.AsString()
	}
	assert.Equal(t, raw, lr.Body().Str(), "nothing is lost")
	assert.Equal(t, long[:record.MaxText], lr.EventName())
	assert.Equal(t, long[:record.MaxText], lr.SeverityText())
	assert.Equal(t, long[:record.MaxText-1], text("a"), "a character is not cut in two")
	assert.Equal(t, raw[strings.Index(raw, "["):][:record.MaxText], text("l"))
	assert.Equal(t, "s", text("short"))
	assert.Len(t, text("of.item"), record.MaxText+3, "it was cut where it was added")
	assert.Equal(t, "true", text(attrClipped))
	assert.Equal(t, long, r.EventName)

	settings.body = bodyMessage
	lr = one(settings, r)
	assert.Equal(t, long, lr.EventName(), "the body is the message only")
	_, flagged := lr.Attributes().Get(attrClipped)
	assert.False(t, flagged)

	settings.body = bodyRaw
	_, flagged = one(settings, record.Record{Raw: raw, UID: "u"}).Attributes().Get(attrClipped)
	assert.False(t, flagged)

	for _, body := range []string{bodyRaw, bodyMap, bodyMessage} {
		settings.body = body
		v, _ := one(settings, record.Record{Raw: raw, UID: "u", Flags: record.Clipped}).Attributes().Get(attrClipped)
		assert.True(t, v.Bool(), "what is beside the record is in no body")
	}
}

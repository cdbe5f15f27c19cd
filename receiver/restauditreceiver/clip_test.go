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
	long := strings.Repeat("x", maxText-1) + "\"<é" // the cut would fall into é
	raw := `{"a":"` + strings.Repeat("x", maxText-1) + `\"<é","l":[` + strings.Repeat("1,", maxText) + `1]}`
	settings := emitSettings{body: bodyRaw, attributes: []string{"a", "l", "short", "of.item"}, mapsFrom: 3}
	r := record.Record{Raw: raw, UID: "u", EventName: long, Severity: long, Values: []page.Value{
		{Kind: page.String, Raw: `"` + strings.Repeat("x", maxText-1) + `é"`},
		{Kind: page.Array, Raw: raw[strings.Index(raw, "["):]},
		{Kind: page.String, Raw: `"s"`},
		{Kind: page.String, Raw: `"` + long[:maxText-1] + `yyyy"`},
	}}
	lr := one(settings, r)
	text := func(name string) string {
		v, _ := lr.Attributes().Get(name)
		return v.AsString()
	}
	assert.Equal(t, raw, lr.Body().Str(), "nothing is lost")
	assert.Equal(t, long[:maxText], lr.EventName())
	assert.Equal(t, long[:maxText], lr.SeverityText())
	assert.Equal(t, long[:maxText-1], text("a"), "a character is not cut in two")
	assert.Equal(t, raw[strings.Index(raw, "["):][:maxText], text("l"))
	assert.Equal(t, "s", text("short"))
	assert.Len(t, text("of.item"), maxText+3, "the body does not have it")
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
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/internal/source"
)

// Event names of the records that are ours and not the vendor's.
const (
	// eventGap marks an interval that can't be proven complete (F14).
	eventGap = "restaudit.gap"
	// eventProbe marks a record that asks whether the destination takes anything; see bisect.go.
	eventProbe = "restaudit.probe"
)

// Attributes of a gap record. The times are RFC 3339 with nanoseconds, in UTC.
const (
	attrGapFrom   = "restaudit.gap.from"
	attrGapTo     = "restaudit.gap.to"
	attrGapReason = "restaudit.gap.reason"
	attrGapDetail = "restaudit.gap.detail"
)

// gapLogs returns new logs with one gap record. Its time is when the gap was
// found: the interval may be older than what the destination still takes.
func (e *emitter) gapLogs(g source.Gap, observed time.Time) plog.Logs {
	logs, lr := e.ownRecord(eventGap, g.UID, observed)
	lr.SetSeverityText("WARN")
	lr.SetSeverityNumber(plog.SeverityNumberWarn)
	var text strings.Builder
	text.WriteString("gap: events can't be proven complete: " + g.Reason)
	attrs := lr.Attributes()
	attrs.PutStr(attrGapReason, validText(g.Reason))
	for _, end := range []struct {
		attribute, word string
		time            time.Time
	}{{attrGapFrom, " from ", g.From}, {attrGapTo, " to ", g.To}} {
		if end.time.IsZero() {
			continue
		}
		stamp := end.time.UTC().Format(time.RFC3339Nano)
		attrs.PutStr(end.attribute, stamp)
		text.WriteString(end.word + stamp)
	}
	if g.Detail != "" {
		attrs.PutStr(attrGapDetail, validText(g.Detail))
		text.WriteString(": " + g.Detail)
	}
	lr.Body().SetStr(validText(text.String()))
	return logs
}

// probeLogs returns new logs with one record that says nothing about the vendor.
func (e *emitter) probeLogs(uid string, observed time.Time) plog.Logs {
	logs, lr := e.ownRecord(eventProbe, "restaudit.probe:"+uid, observed)
	lr.SetSeverityText("INFO")
	lr.SetSeverityNumber(plog.SeverityNumberInfo)
	lr.Body().SetStr("probe: records are refused as permanently undeliverable; this one asks whether the destination takes any")
	return logs
}

// ownRecord returns new logs with one record, to be given a body.
func (e *emitter) ownRecord(event, uid string, observed time.Time) (plog.Logs, plog.LogRecord) {
	logs, out := e.newLogs()
	lr := out.AppendEmpty()
	stamp := pcommon.NewTimestampFromTime(observed)
	lr.SetTimestamp(stamp)
	lr.SetObservedTimestamp(stamp)
	lr.SetEventName(event)
	uid = validText(uid)
	lr.Attributes().PutStr(attrUID, uid)
	if e.settings.documentID {
		lr.Attributes().PutStr(attrDocumentID, documentID(uid))
	}
	return logs, lr
}

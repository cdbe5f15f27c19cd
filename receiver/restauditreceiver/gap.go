// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
	// attrGapUID is the uid of the record that was quarantined.
	attrGapUID = "restaudit.gap.record_uid"
)

// gapLogs returns new logs with one gap record. Its time is when the gap was
// found: the interval may be older than what the destination still takes.
func (e *emitter) gapLogs(g source.Gap, observed time.Time) plog.Logs {
	from, to := stamp(g.From), stamp(g.To)
	logs, lr := e.ownRecord(eventGap, observed, g.Reason, from, to, g.UID)
	lr.SetSeverityText("WARN")
	lr.SetSeverityNumber(plog.SeverityNumberWarn)
	var text strings.Builder
	text.WriteString("gap: events can't be proven complete: " + g.Reason)
	attrs := lr.Attributes()
	attrs.PutStr(attrGapReason, validText(g.Reason))
	for _, part := range []struct{ attribute, word, value string }{
		{attrGapFrom, " from ", from},
		{attrGapTo, " to ", to},
		{attrGapUID, ", record ", g.UID},
		{attrGapDetail, ": ", g.Detail},
	} {
		if part.value != "" {
			attrs.PutStr(part.attribute, validText(part.value))
			text.WriteString(part.word + part.value)
		}
	}
	lr.Body().SetStr(validText(text.String()))
	return logs
}

// stamp writes an end of an interval; an open end is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// probeLogs returns new logs with one record that says nothing about the vendor.
func (e *emitter) probeLogs(now time.Time) plog.Logs {
	logs, lr := e.ownRecord(eventProbe, now, stamp(now))
	lr.SetSeverityText("INFO")
	lr.SetSeverityNumber(plog.SeverityNumberInfo)
	lr.Body().SetStr("probe: records are refused as permanently undeliverable; this one asks whether the destination takes any")
	return logs
}

// ownRecord returns new logs with one record, to be given a body. Its uid is made
// of the parts that identify it among the records of this kind and source, so
// that a repeat after a crash has the same one.
func (e *emitter) ownRecord(event string, observed time.Time, identity ...string) (plog.Logs, plog.LogRecord) {
	logs, out := e.newLogs()
	lr := out.AppendEmpty()
	now := pcommon.NewTimestampFromTime(observed)
	lr.SetTimestamp(now)
	lr.SetObservedTimestamp(now)
	lr.SetEventName(event)
	sum := sha256.New()
	for name, value := range e.resource.Attributes().All() {
		fmt.Fprintf(sum, "%q=%q,", name, value.Str())
	}
	fmt.Fprintf(sum, "%q", identity)
	uid := event + ":" + hex.EncodeToString(sum.Sum(nil)[:16])
	lr.Attributes().PutStr(attrUID, uid)
	if e.settings.documentID {
		lr.Attributes().PutStr(attrDocumentID, uid)
	}
	return logs, lr
}

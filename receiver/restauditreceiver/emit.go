// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"maps"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// Attributes of a log record that are ours. No mapped attribute may take their place.
const (
	// attrUID identifies the event; two records with the same one are the same
	// event (semantic conventions, log.record.uid).
	attrUID = "log.record.uid"
	// attrParseError says what of the record could not be read; see parseError.
	attrParseError = "restaudit.parse_error"
	// attrInvalidUTF8 is true if bytes of the record that are not UTF-8 were replaced.
	attrInvalidUTF8 = "restaudit.invalid_utf8"
	// attrClipped is true if texts of the record were cut to record.MaxText wherever
	// they stand beside the body, which has them whole, or if a value from beside the
	// record was cut.
	attrClipped = "restaudit.clipped"
	// attrDocumentID is what the Elasticsearch exporter's logs_dynamic_id reads.
	attrDocumentID = "elasticsearch.document_id"
)

// reservedAttribute reports whether a log record attribute is ours, so that a
// configuration must not map a vendor's value to it.
func reservedAttribute(name string) bool {
	switch name {
	case attrUID, attrParseError, attrInvalidUTF8, attrClipped, attrDocumentID:
		return true
	default:
		return false
	}
}

// emitSettings say how records become log records.
type emitSettings struct {
	// body is what the log record's body holds: bodyRaw, bodyMap or bodyMessage.
	body string
	// attributes are the names of Record.Values, in their order. A reserved or
	// empty name is not emitted.
	attributes []string
	// mapsFrom is the index of the first attribute whose objects are written as
	// maps.
	mapsFrom int
	// resource are the resource attributes, the same for each record of the source.
	resource map[string]string
	// documentID adds elasticsearch.document_id, derived from the uid.
	documentID bool
	// version is the version of the instrumentation scope, which is the build's.
	version string
}

// emitter turns records into OTLP. It is immutable and safe for concurrent use.
type emitter struct {
	settings emitSettings
	resource pcommon.Resource
}

// newEmitter computes once what is the same for all records.
func newEmitter(s emitSettings) *emitter {
	e := &emitter{settings: s, resource: pcommon.NewResource()}
	e.settings.attributes = slices.Clone(s.attributes)
	for i, name := range e.settings.attributes {
		if reservedAttribute(name) {
			e.settings.attributes[i] = ""
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.resource)) {
		e.resource.Attributes().PutStr(name, validText(s.resource[name]))
	}
	return e
}

// logs returns new OTLP logs with one log record for each record, in order, that
// were observed at the time given. Strings are shared with the records. The
// result belongs to the caller: a pipeline may change it, so each attempt to
// deliver needs its own.
func (e *emitter) logs(records []record.Record, observed time.Time) plog.Logs {
	logs, out := e.newLogs()
	out.EnsureCapacity(len(records))
	stamp := pcommon.NewTimestampFromTime(observed)
	for i := range records {
		e.emit(&records[i], out.AppendEmpty(), stamp)
	}
	return logs
}

// newLogs returns logs with our resource and scope, and where their records go.
func (e *emitter) newLogs() (plog.Logs, plog.LogRecordSlice) {
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	e.resource.CopyTo(rl.Resource())
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(metadata.ScopeName)
	sl.Scope().SetVersion(e.settings.version)
	return logs, sl.LogRecords()
}

// emit writes one record. A record that is not valid UTF-8 is repaired as a
// whole first: proto3 strings must be UTF-8, and a strict receiver refuses the
// entire batch for one bad byte (F26).
func (e *emitter) emit(r *record.Record, lr plog.LogRecord, observed pcommon.Timestamp) {
	if r.Flags&record.InvalidUTF8 != 0 {
		repaired := repair(*r)
		r = &repaired
	}
	if e.settings.body != bodyMessage {
		clipped := *r
		if e.clip(&clipped) {
			clipped.Flags |= record.Clipped
			r = &clipped
		}
	}
	stamp, inRange := timestamp(r.Time)
	if !inRange {
		stamp = observed
	}
	lr.SetTimestamp(stamp)
	lr.SetObservedTimestamp(observed)
	lr.SetEventName(r.EventName)
	if r.Severity != "" {
		lr.SetSeverityText(r.Severity)
		lr.SetSeverityNumber(severityNumber(r.Severity))
	}
	setBody(lr.Body(), r, e.settings.body)
	e.putAttributes(lr.Attributes(), r, parseError(r, inRange))
}

// putAttributes allocates the attributes at once, ours first.
func (e *emitter) putAttributes(attrs pcommon.Map, r *record.Record, parseError string) {
	values := r.Values[:min(len(r.Values), len(e.settings.attributes))]
	n := 1
	for i := range values {
		if values[i].Raw != "" {
			n++
		}
	}
	attrs.EnsureCapacity(n + e.extra(r, parseError))
	attrs.PutStr(attrUID, r.UID)
	if e.settings.documentID {
		attrs.PutStr(attrDocumentID, documentID(r.UID))
	}
	if parseError != "" {
		attrs.PutStr(attrParseError, parseError)
	}
	if r.Flags&record.InvalidUTF8 != 0 {
		attrs.PutBool(attrInvalidUTF8, true)
	}
	if r.Flags&record.Clipped != 0 {
		attrs.PutBool(attrClipped, true)
	}
	for i, v := range values {
		switch name := e.settings.attributes[i]; {
		case name == "":
		case v.Kind == page.Object && i >= e.settings.mapsFrom:
			putObject(attrs, name, v)
		default:
			putAttribute(attrs, name, v)
		}
	}
}

// extra counts the attributes of ours that not every record has.
func (e *emitter) extra(r *record.Record, parseError string) int {
	n := 0
	if e.settings.documentID {
		n++
	}
	if parseError != "" {
		n++
	}
	if r.Flags&record.InvalidUTF8 != 0 {
		n++
	}
	if r.Flags&record.Clipped != 0 {
		n++
	}
	return n
}

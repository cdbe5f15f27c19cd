// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

var (
	testTime     = time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	testObserved = time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)
)

// one emits one record and returns its log record.
func one(s emitSettings, r record.Record) plog.LogRecord {
	return recordsIn(newEmitter(s).logs([]record.Record{r}, testObserved)).At(0)
}

// text is a picked JSON string.
func text(s string) page.Value { return page.Value{Kind: page.String, Raw: `"` + s + `"`} }

func TestRecordBecomesLogRecord(t *testing.T) {
	logs := newEmitter(emitSettings{
		body: bodyRaw, attributes: []string{"user.name", "client.port"}, version: "1.2.3",
		resource: map[string]string{"service.name": "okta", "com.splunk.sourcetype": "OktaIM2:log"},
	}).logs([]record.Record{{
		Raw: `{"uuid": "u1"}`, UID: "u1", Time: testTime, EventName: "user.session.start", Severity: "WARN",
		Values: []page.Value{text("ada"), {Kind: page.Number, Raw: "443"}},
	}}, testObserved)

	resource := logs.ResourceLogs().At(0).Resource().Attributes().AsRaw()
	assert.Equal(t, map[string]any{"service.name": "okta", "com.splunk.sourcetype": "OktaIM2:log"}, resource)
	scope := logs.ResourceLogs().At(0).ScopeLogs().At(0).Scope()
	assert.Equal(t, metadata.ScopeName, scope.Name())
	assert.Equal(t, "1.2.3", scope.Version())
	lr := recordsIn(logs).At(0)
	assert.Equal(t, testTime, lr.Timestamp().AsTime())
	assert.Equal(t, testObserved, lr.ObservedTimestamp().AsTime())
	assert.Equal(t, "user.session.start", lr.EventName())
	assert.Equal(t, "WARN", lr.SeverityText())
	assert.Equal(t, plog.SeverityNumberWarn, lr.SeverityNumber())
	assert.Equal(t, `{"uuid": "u1"}`, lr.Body().Str())
	assert.Equal(t, map[string]any{"log.record.uid": "u1", "user.name": "ada", "client.port": int64(443)}, lr.Attributes().AsRaw())
}

func TestTimeThatOTLPCannotHoldBecomesTheObservedTime(t *testing.T) {
	for name, tc := range map[string]struct {
		time  time.Time
		flags record.Flag
		want  time.Time
		error string
	}{
		"none":              {time.Time{}, record.TimeMissing, testObserved, ""},
		"invalid":           {time.Time{}, record.TimeInvalid, testObserved, parseErrorTimeInvalid},
		"future":            {testTime.AddDate(1, 0, 0), record.TimeFuture, testTime.AddDate(1, 0, 0), parseErrorTimeFuture},
		"year 9999":         {time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), record.TimeFuture, testObserved, parseErrorTimeRange},
		"before 1970":       {time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), 0, testObserved, parseErrorTimeRange},
		"1970":              {time.Unix(0, 0), 0, time.Unix(0, 0).UTC(), ""},
		"last that fits":    {time.Unix(math.MaxInt64/int64(time.Second)-1, 0), 0, time.Unix(math.MaxInt64/int64(time.Second)-1, 0).UTC(), ""},
		"first that is too": {time.Unix(math.MaxInt64/int64(time.Second), 0), 0, testObserved, parseErrorTimeRange},
	} {
		lr := one(emitSettings{}, record.Record{Raw: "{}", UID: "u", Time: tc.time, Flags: tc.flags})
		assert.Equal(t, tc.want, lr.Timestamp().AsTime(), name)
		got, flagged := lr.Attributes().Get(attrParseError)
		assert.Equal(t, tc.error != "", flagged, name)
		if flagged {
			assert.Equal(t, tc.error, got.Str(), name)
		}
	}
}

func TestRecordThatIsNoObjectIsEmittedAndFlagged(t *testing.T) {
	for _, body := range []string{bodyRaw, bodyMap, bodyMessage} {
		for _, raw := range []string{`"text"`, `17`, `null`, `[1,2]`, ``} {
			lr := one(emitSettings{body: body}, record.Record{Raw: raw, UID: "u"})
			want := raw
			if raw == "" {
				want = emptyBody
			}
			assert.Equal(t, want, lr.Body().Str(), "%s %s", body, raw)
			flag, _ := lr.Attributes().Get(attrParseError)
			assert.Equal(t, parseErrorNotObject, flag.Str(), "%s %s", body, raw)
		}
	}
}

func TestBytesThatAreNotUTF8AreReplacedAndFlagged(t *testing.T) {
	bad := "a\xff\xfeb"
	r := record.Record{
		Raw: `{"k\xff":"` + bad + `"}`, UID: bad, EventName: bad, Message: bad, Severity: bad,
		Values: []page.Value{text(bad), {Kind: page.Array, Raw: `["` + bad + `"]`}}, Flags: record.InvalidUTF8,
	}
	kept := r.Values[0].Raw
	for _, body := range []string{bodyRaw, bodyMap, bodyMessage} {
		logs := newEmitter(emitSettings{body: body, attributes: []string{"a", "b"}, documentID: true}).
			logs([]record.Record{r}, testObserved)
		checkSound(t, logs)
		lr := recordsIn(logs).At(0)
		assert.Equal(t, "a\uFFFDb", lr.EventName())
		flag, _ := lr.Attributes().Get(attrInvalidUTF8)
		assert.True(t, flag.Bool())
	}
	assert.Equal(t, kept, r.Values[0].Raw, "the record itself is not changed")
}

func TestNULIsKept(t *testing.T) {
	lr := one(emitSettings{body: bodyMessage}, record.Record{Raw: `{}`, UID: "u", Message: "a\x00b"})
	assert.Equal(t, "a\x00b", lr.Body().Str())
}

func TestMappedAttributeCannotTakeThePlaceOfOurs(t *testing.T) {
	s := emitSettings{attributes: []string{attrUID, attrParseError, "x"}}
	lr := one(s, record.Record{Raw: `{}`, UID: "real", Values: []page.Value{text("forged"), text("forged"), text("1")}})
	assert.Equal(t, map[string]any{attrUID: "real", "x": "1"}, lr.Attributes().AsRaw())
	assert.Equal(t, attrUID, s.attributes[0], "the caller's list is not changed")
}

func TestDocumentIDIsEmittedOnRequestAndFits(t *testing.T) {
	_, ok := one(emitSettings{}, record.Record{Raw: `{}`, UID: "u"}).Attributes().Get(attrDocumentID)
	assert.False(t, ok)
	id, _ := one(emitSettings{documentID: true}, record.Record{Raw: `{}`, UID: "u"}).Attributes().Get(attrDocumentID)
	assert.Equal(t, "u", id.Str())
	long := strings.Repeat("x", maxDocumentID+1)
	id, _ = one(emitSettings{documentID: true}, record.Record{Raw: `{}`, UID: long}).Attributes().Get(attrDocumentID)
	assert.Len(t, id.Str(), len("sha256:")+64)
	uid, _ := one(emitSettings{documentID: true}, record.Record{Raw: `{}`, UID: long}).Attributes().Get(attrUID)
	assert.Equal(t, long, uid.Str())
}

func TestMessageBodyFallsBackToRaw(t *testing.T) {
	r := record.Record{Raw: `{"m":"hello"}`, UID: "u", Message: "hello"}
	assert.Equal(t, "hello", one(emitSettings{body: bodyMessage}, r).Body().Str())
	r.Message = ""
	assert.JSONEq(t, `{"m":"hello"}`, one(emitSettings{body: bodyMessage}, r).Body().Str())
}

func TestSeverityWordsHaveNumbers(t *testing.T) {
	for word, want := range map[string]plog.SeverityNumber{
		"INFO": plog.SeverityNumberInfo, "Warning": plog.SeverityNumberWarn, "eRR": plog.SeverityNumberError,
		"notice": plog.SeverityNumberInfo2, "CRITICAL": plog.SeverityNumberError2, "Emergency": plog.SeverityNumberFatal,
		"": plog.SeverityNumberUnspecified, "strange": plog.SeverityNumberUnspecified,
		strings.Repeat("info", 10): plog.SeverityNumberUnspecified, "\xc4\xb0nfo": plog.SeverityNumberUnspecified,
	} {
		assert.Equal(t, want, severityNumber(word), word)
	}
}

func TestAttributesKeepTheirTypes(t *testing.T) {
	for raw, want := range map[string]any{
		`"a\u0041\n"`:            "aA\n",
		`""`:                     "",
		`0`:                      int64(0),
		`-5`:                     int64(-5),
		`9223372036854775807`:    int64(math.MaxInt64),
		`9223372036854775808`:    "9223372036854775808",
		`12345678901234567890`:   "12345678901234567890",
		`1.5`:                    1.5,
		`1e3`:                    1000.0,
		`1e999`:                  "1e999",
		`true`:                   true,
		`false`:                  false,
		`null`:                   nil,
		`[1, "b", true, 2.5]`:    []any{int64(1), "b", true, 2.5},
		`[]`:                     []any{},
		`[1,[2]]`:                `[1,[2]]`,
		`[1,null]`:               `[1,null]`,
		`["a",{"b":1}]`:          `["a",{"b":1}]`,
		`{"b": 1}`:               `{"b": 1}`,
		`[12345678901234567890]`: []any{"12345678901234567890"},
	} {
		kind := map[byte]page.Kind{'"': page.String, 't': page.True, 'f': page.False, 'n': page.Null, '[': page.Array, '{': page.Object}[raw[0]]
		if kind == page.Missing {
			kind = page.Number
		}
		attrs := pcommon.NewMap()
		putAttribute(attrs, "x", page.Value{Kind: kind, Raw: raw})
		assert.Equal(t, want, attrs.AsRaw()["x"], raw)
	}
	attrs := pcommon.NewMap()
	putAttribute(attrs, "x", page.Value{})
	assert.Zero(t, attrs.Len(), "missing")
}

// checkSound asserts what every exporter and strict protobuf decoder needs: a
// body that is not empty, UTF-8 in every string, and logs that survive the wire.
func checkSound(t *testing.T, logs plog.Logs) {
	t.Helper()
	wire, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	require.NoError(t, err)
	back, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(wire)
	require.NoError(t, err)
	for _, lr := range recordsIn(back).All() {
		require.NotEmpty(t, lr.Body().AsString())
		require.NotEqual(t, pcommon.ValueTypeEmpty, lr.Body().Type())
		require.True(t, utf8.ValidString(lr.EventName()+lr.SeverityText()))
		checkText(t, lr.Body())
		for key, v := range lr.Attributes().All() {
			require.True(t, utf8.ValidString(key))
			checkText(t, v)
		}
		uid, ok := lr.Attributes().Get(attrUID)
		require.True(t, ok)
		require.Equal(t, pcommon.ValueTypeStr, uid.Type())
		require.NotZero(t, lr.Timestamp())
		require.NotZero(t, lr.ObservedTimestamp())
	}
}

func checkText(t *testing.T, v pcommon.Value) {
	t.Helper()
	switch v.Type() {
	case pcommon.ValueTypeMap:
		for key, member := range v.Map().All() {
			require.True(t, utf8.ValidString(key))
			checkText(t, member)
		}
	case pcommon.ValueTypeSlice:
		for _, element := range v.Slice().All() {
			checkText(t, element)
		}
	default:
		require.True(t, utf8.ValidString(v.AsString()))
	}
}

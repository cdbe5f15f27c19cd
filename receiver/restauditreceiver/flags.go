// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// Values of restaudit.parse_error. A record without a time is no error: many
// logs have such records.
const (
	parseErrorNotObject   = "not_an_object"
	parseErrorTimeInvalid = "time_invalid"
	parseErrorTimeFuture  = "time_future"
	parseErrorTimeRange   = "time_out_of_range"
)

// parseError names what of a record could not be read, or nothing. The record
// is emitted all the same (F25).
func parseError(r *record.Record, timeInRange bool) string {
	switch {
	case !isObject(r.Raw):
		return parseErrorNotObject
	case r.Flags&record.TimeInvalid != 0:
		return parseErrorTimeInvalid
	case !timeInRange && !r.Time.IsZero():
		return parseErrorTimeRange
	case r.Flags&record.TimeFuture != 0:
		return parseErrorTimeFuture
	default:
		return ""
	}
}

// isObject reports whether a JSON text is an object.
func isObject(raw string) bool { return raw != "" && raw[0] == '{' }

// timestamp converts an event time to OTLP's nanoseconds since 1970. It is not
// in range if there is none, before 1970 or after 2262, where int64 ends.
func timestamp(t time.Time) (stamp pcommon.Timestamp, inRange bool) {
	if s := t.Unix(); s < 0 || s >= math.MaxInt64/int64(time.Second) {
		return 0, false
	}
	return pcommon.NewTimestampFromTime(t), true
}

// maxDocumentID is the longest _id that Elasticsearch takes, in bytes. It
// refuses the document with a longer one.
const maxDocumentID = 512

// documentID derives Elasticsearch's _id from a uid.
func documentID(uid string) string {
	if len(uid) <= maxDocumentID {
		return uid
	}
	sum := sha256.Sum256([]byte(uid))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// longText is where a text is too long to grow.
const longText = 1 << 20

// validText replaces each run of bytes that are not UTF-8 by U+FFFD, or in a long
// text by a question mark: every second byte of a large page may be one, and each
// would become three.
func validText(s string) string {
	if len(s) > longText {
		return strings.ToValidUTF8(s, "?")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// repair returns the record with valid UTF-8 only. Its uid was computed before,
// from the vendor's bytes, and stays what it is unless it is not UTF-8 itself.
func repair(r record.Record) record.Record {
	r.Raw, r.UID = validText(r.Raw), validText(r.UID)
	r.EventName, r.Message, r.Severity = validText(r.EventName), validText(r.Message), validText(r.Severity)
	values := make([]page.Value, len(r.Values))
	for i, v := range r.Values {
		values[i] = page.Value{Kind: v.Kind, Raw: validText(v.Raw)}
	}
	r.Values = values
	return r
}

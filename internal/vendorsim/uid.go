// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"strconv"

	"github.com/tidwall/gjson"
)

// uidDigits is how many decimal digits of its index every uid ends in: uids can be grepped for, sorted within a
// vendor, and traced back to the event.
const uidDigits = 12

// appendIndex appends an index as a uid ends in it.
func appendIndex(dst []byte, i int) []byte {
	s := strconv.Itoa(i)
	for range uidDigits - len(s) {
		dst = append(dst, '0')
	}
	return append(dst, s...)
}

// uidIndex is the event's index in a uid; ok is false where the text can't be one.
func uidIndex(uid string) (i int, ok bool) {
	if len(uid) < uidDigits {
		return 0, false
	}
	n, err := strconv.ParseUint(uid[len(uid)-uidDigits:], 10, 63)
	if err != nil || n >= maxEvents {
		return 0, false
	}
	return int(n), true
}

// uidPaths are the gjson paths of the event ids.
var uidPaths = map[string]string{
	Okta:        "uuid",
	GitHub:      "_document_id",
	Salesforce:  "Id",
	Slack:       "id",
	ASA:         "id",
	OnePassword: "uuid",
	Offset:      "event_id",
	Page:        "id",
	WorkOS:      "id",
	SentinelOne: "id",
	CloudTrail:  "EventId",
	M365:        "Id",
	Azure:       "eventDataId",
	NDJSON:      "id",
}

// UIDPath is the gjson path of the event id in an event of the vendor; "" for an unknown vendor.
func UIDPath(vendor string) string { return uidPaths[vendor] }

// UID is the event id in a vendor's event body; "" when there is none.
func UID(vendor string, body []byte) string {
	path := UIDPath(vendor)
	if path == "" {
		return ""
	}
	return gjson.GetBytes(body, path).String()
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package record

import (
	"time"

	"github.com/restaudit/otelcol-audit/internal/page"
)

// Flag says what is unusual about a record. Flags are bits.
type Flag uint8

// The flags.
const (
	// TimeMissing: the record has no event time, or an empty one.
	TimeMissing Flag = 1 << iota
	// TimeInvalid: what stands at the place of the time can't be read as one.
	TimeInvalid
	// TimeFuture: the time lies beyond now by more than Settings.MaxFuture. It is
	// reported, and must not move a watermark (F07).
	TimeFuture
	// HashUID: the record has no usable id; the uid is a hash of its content.
	HashUID
	// InvalidUTF8: some byte of the record is not valid UTF-8, or of a value that it
	// got from beside it. Raw and such values have it still, all other texts were
	// cleaned.
	InvalidUTF8
	// Clipped: a value that the record got from beside it was cut.
	Clipped
)

// Record is one event.
type Record struct {
	// Raw is the vendor's text of the event, byte for byte.
	Raw string
	// UID is the vendor's id of the event as text (a number keeps its digits);
	// else "sha256:" and 32 hexadecimal digits, the first half of the SHA-256 of
	// Raw, so that two events without an id and with the very same bytes are one.
	// It is valid UTF-8, not empty, and at most MaxID bytes long, or 40 more with
	// Settings.IDAndHash.
	UID string
	// Time is the event time in UTC; zero when it is missing or invalid. It may
	// lie outside what OTLP can hold.
	Time time.Time
	// EventName is the vendor's name of what happened, Message its text for
	// people, Severity its severity; "" when there is none.
	EventName, Message, Severity string
	// Values belong to Settings.Attributes, in their order; a value may be
	// missing. Read only.
	Values []page.Value
	Flags  Flag
}

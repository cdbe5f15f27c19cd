// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Class says what the caller should do about an error. It is also a metric
// label, so the set is closed.
type Class string

// The classes.
const (
	// ClassRetry is a fault that passes: the network, a 5xx, a broken body.
	ClassRetry Class = "retry"
	// ClassAuth is a refused credential: renew it, then ask again.
	ClassAuth Class = "auth"
	// ClassRateLimit is a used-up quota: wait for RetryAfter, or back off.
	ClassRateLimit Class = "rate_limit"
	// ClassCursorExpired is a cursor that the vendor no longer takes. It comes
	// from rules only: without one a status can't tell it from a wrong request.
	ClassCursorExpired Class = "cursor_expired"
	// ClassConfig is a request that will fail until somebody changes something.
	ClassConfig Class = "config"
	// ClassData is an answer that can't be used: too large, unknown encoding, an
	// error inside a success.
	ClassData Class = "data"
	// ClassEmpty is no error: the vendor says by a status or a message that there
	// is nothing. It comes from rules only, and the answer is handed on as a 204.
	ClassEmpty Class = "empty"
)

// classes are all of them.
var classes = []Class{ClassRetry, ClassAuth, ClassRateLimit, ClassCursorExpired, ClassConfig, ClassData, ClassEmpty}

// valid reports whether c is one of the classes.
func (c Class) valid() bool { return slices.Contains(classes, c) }

// Error is the outcome of an exchange that gave no usable page. Its text has no
// secret, no query string and no body but a short scrubbed vendor message.
type Error struct {
	Class      Class
	Status     int           // HTTP status, 0 if there was no response
	RetryAfter time.Duration // how long the vendor asks to wait, 0 if it doesn't say
	Hint       string        // what a user can do, if there is something; may be ""
	Err        error         // never nil

	// TooLarge says that the answer had too much in it: one to a request that asks
	// for less may be usable.
	TooLarge bool

	// Header of the response, nil if there was none. It isn't part of the text.
	Header http.Header
}

// HintTooLarge is what to do about a page that is too large.
const HintTooLarge = "set a smaller `pagination::page_size` or `time_filter::window`, or raise `limits::max_page_bytes`; where it can, the source asks for less by itself meanwhile"

// Error describes the fault without its hint.
func (e *Error) Error() string {
	if e.Status == 0 {
		return e.Err.Error()
	}
	if text := http.StatusText(e.Status); text != "" {
		return fmt.Sprintf("%d %s: %v", e.Status, text, e.Err)
	}
	return fmt.Sprintf("status %d: %v", e.Status, e.Err)
}

// Unwrap returns the cause, so that errors.Is finds context.Canceled.
func (e *Error) Unwrap() error { return e.Err }

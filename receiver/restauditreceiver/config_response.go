// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import "time"

// The values of response::order.
const (
	orderAscending  = "ascending"
	orderDescending = "descending"
	orderNone       = "none"
)

// The values of body.
const (
	bodyRaw     = "raw"
	bodyMap     = "map"
	bodyMessage = "message"
)

// The values of dedupe::key and on_permanent_error::action.
const (
	dedupeID         = "id"
	dedupeIDAndHash  = "id+hash"
	actionHold       = "hold"
	actionQuarantine = "quarantine"
)

// ResponseConfig is where the records and their parts are. A path is a gjson
// path; where several are given, the first that leads to a value counts.
type ResponseConfig struct {
	// Format is json (default), ndjson, csv (a row is an object of its columns) or
	// xml (read as JSON: elements are keys).
	Format string `mapstructure:"format"`
	// Records is the path of the array of records; "" or @this = the root.
	Records Paths `mapstructure:"records,omitempty"`
	// RecordsOptional takes a missing array as an empty page, not as an error.
	RecordsOptional bool `mapstructure:"records_optional,omitempty"`
	// Split is the path of an array inside a record whose elements are the events:
	// each becomes a record of its own, with the rest of the record around it.
	Split string `mapstructure:"split,omitempty"`
	// Embedded are the paths of texts inside a record that hold JSON; other paths
	// may lead on into them.
	Embedded Paths `mapstructure:"embedded,omitempty"`
	// Related joins objects beside the records into them as attributes
	// related.NAME, where NAME is the last part of the field's path.
	Related RelatedConfig `mapstructure:"related,omitempty"`
	// ID is the record's unique id. Without it a hash of the record is used.
	ID Paths `mapstructure:"id,omitempty"`
	// Timestamp is the record's event time.
	Timestamp Paths `mapstructure:"timestamp,omitempty"`
	// TimestampFormat is how it is written, as in time_filter::format. Default:
	// RFC 3339, its usual variants, and epochs by their magnitude.
	TimestampFormat string `mapstructure:"timestamp_format,omitempty"`
	// Timezone is the IANA zone of times without a zone. Default UTC.
	Timezone string `mapstructure:"timezone,omitempty"`
	// Message is a text for people.
	Message Paths `mapstructure:"message,omitempty"`
	// EventName is the vendor's name of what happened.
	EventName Paths `mapstructure:"event_name,omitempty"`
	// Severity is the vendor's severity.
	Severity Paths `mapstructure:"severity,omitempty"`
	// Order is the order of the records over a walk: ascending, descending or
	// none (default).
	Order string `mapstructure:"order"`
	// ErrorWhen are answers that are errors whatever their status says.
	ErrorWhen ErrorRules `mapstructure:"error_when,omitempty"`
	_         struct{}
}

// RelatedConfig is where the vendor delivers objects that records refer to.
type RelatedConfig struct {
	// Path is the object that has the related objects by their ids.
	Path Paths `mapstructure:"path,omitempty"`
	// Fields are the record's fields that hold such an id.
	Fields Paths `mapstructure:"fields,omitempty"`
	_      struct{}
}

// ErrorRules is one rule or a list of rules.
type ErrorRules []ErrorRule

// ErrorRule recognises an error. All conditions that are set must hold.
type ErrorRule struct {
	// Status are the HTTP statuses to look at. Default: any.
	Status []int `mapstructure:"status,omitempty"`
	// Path is a value in the body.
	Path string `mapstructure:"path,omitempty"`
	// Equals is the text that the value has: false, error, 7.
	Equals *Text `mapstructure:"equals,omitempty"`
	// Contains is a part of the value's text.
	Contains string `mapstructure:"contains,omitempty"`
	// Exists tells whether the value is there.
	Exists *bool `mapstructure:"exists,omitempty"`
	// Class is data (default), retry, auth, rate_limit, cursor_expired, config, or
	// empty: no error, but an answer without records.
	Class string `mapstructure:"class,omitempty"`
	// RetryAfter is how long to wait before the request is repeated, where the
	// vendor's headers don't say.
	RetryAfter time.Duration `mapstructure:"retry_after,omitempty"`
	// RetryAfterPath is where the body says so, in seconds.
	RetryAfterPath string `mapstructure:"retry_after_path,omitempty"`
	_              struct{}
}

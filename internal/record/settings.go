// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package record

import (
	"errors"
	"fmt"
	"time"

	"github.com/restaudit/otelcol-audit/internal/page"
)

// DefaultMaxFuture is how far beyond now a time is believed if Settings don't say.
const DefaultMaxFuture = 24 * time.Hour

// Settings is where the parts of a record are. Each part has candidate paths, of
// which the first that leads to a value other than null counts; none = the
// vendor has no such part.
type Settings struct {
	ID, Time, EventName, Message, Severity []string
	// Attributes are picked as they are.
	Attributes []Attribute
	// TimeFormat is how times are written (see timefmt.New); "" = any usual way.
	TimeFormat string
	// Zone is the zone of times without one; nil = UTC.
	Zone *time.Location
	// IDAndHash adds a content hash to the vendor's id, for vendors that edit
	// events under their id (F08) or give the parts of an event the same one.
	IDAndHash bool
	// MaxFuture is how far beyond now a time is believed; 0 = DefaultMaxFuture.
	MaxFuture time.Duration
}

// Attribute is a value to pick under a name.
type Attribute struct {
	Name  string
	Paths []string
}

// The indexes of the parts among the fields of a raw record.
const (
	fieldID = iota
	fieldTime
	fieldEventName
	fieldMessage
	fieldSeverity
	fieldAttributes // the first of them
)

// keys are the configuration keys of the parts, for errors.
var keys = [fieldAttributes]string{
	"response::id", "response::timestamp", "response::event_name", "response::message", "response::severity",
}

// Fields are what page.Settings.Fields must start with, so that Build
// understands the page. The caller may append fields of its own.
func (s Settings) Fields() [][]string {
	fields := make([][]string, fieldAttributes, fieldAttributes+len(s.Attributes))
	fields[fieldID], fields[fieldTime] = s.ID, s.Time
	fields[fieldEventName], fields[fieldMessage], fields[fieldSeverity] = s.EventName, s.Message, s.Severity
	for _, a := range s.Attributes {
		fields = append(fields, a.Paths)
	}
	return fields
}

// check reports all mistakes at once.
func (s Settings) check() error {
	var errs []error
	for i, paths := range s.Fields() {
		for _, path := range paths {
			if err := page.CheckPath(path); err != nil {
				errs = append(errs, fmt.Errorf("`%s`: %w", s.key(i), err))
			}
		}
	}
	names := make(map[string]bool, len(s.Attributes))
	for i, a := range s.Attributes {
		switch {
		case a.Name == "":
			errs = append(errs, fmt.Errorf("`attributes`: number %d has no name", i))
		case names[a.Name]:
			errs = append(errs, fmt.Errorf("`attributes::%s`: is there twice", a.Name))
		}
		names[a.Name] = true
	}
	if s.MaxFuture < 0 {
		errs = append(errs, fmt.Errorf("the time that an event may lie in the future is negative: %v", s.MaxFuture))
	}
	return errors.Join(errs...)
}

// key is the configuration key of a field.
func (s Settings) key(field int) string {
	if field < fieldAttributes {
		return keys[field]
	}
	return "attributes::" + s.Attributes[field-fieldAttributes].Name
}

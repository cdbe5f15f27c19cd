// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package timefmt writes times as vendors want them and reads times as vendors send them.
//
// A Format goes both ways and knows its own coarseness: Floor says which instant
// the other side reads when it is given a formatted time, so that a lower bound
// is never later than what was meant. ParseAny guesses, for sources that
// configure nothing. Numbers are read as decimals, never through float64, and
// every result is in UTC.
//
// The package is pure: it has no clock and no default zone but UTC. It does not
// guess what can't be known: 01/02/2026 and the local time of an unnamed zone
// stay errors.
package timefmt

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrInvalid says that a text is no time in the format asked for. Errors never repeat the text.
	ErrInvalid = errors.New("not a time")
	// ErrRange says that a time is outside the years 0 to 9999, which RFC 3339 can't write.
	ErrRange = errors.New("time is outside the years 0 to 9999")
)

// kind tells how a Format reads and writes.
type kind uint8

const (
	kindISO kind = iota
	kindEpoch
	kindDate
	kindLayout
	kindStrftime
)

// Format is a time format. Make it with New; the zero Format is RFC 3339 in UTC
// with whole seconds. It is immutable and safe for concurrent use.
type Format struct {
	kind   kind
	layout string // Go layout or strftime specification
	digits int    // of an epoch: 0 seconds, 3 ms, 6 us, 9 ns
	step   step
	marks  marks
	zone   *time.Location
	err    error // wraps ErrInvalid, names the format
}

// named are the formats that have a name, by that name.
func named(name string) (Format, bool) {
	switch name {
	case "rfc3339", "iso8601":
		return Format{layout: "2006-01-02T15:04:05Z07:00", step: second}, true
	case "rfc3339_ms":
		return Format{layout: "2006-01-02T15:04:05.000Z07:00", step: step(time.Millisecond)}, true
	case "rfc3339_us":
		return Format{layout: "2006-01-02T15:04:05.000000Z07:00", step: step(time.Microsecond)}, true
	case "rfc3339_ns":
		return Format{layout: "2006-01-02T15:04:05.000000000Z07:00", step: step(time.Nanosecond)}, true
	case "unix", "%s":
		return Format{kind: kindEpoch, step: second}, true
	case "unix_ms", "%Q", "%s%L":
		return Format{kind: kindEpoch, digits: 3, step: step(time.Millisecond)}, true
	case "unix_us", "%s%f":
		return Format{kind: kindEpoch, digits: 6, step: step(time.Microsecond)}, true
	case "unix_ns", "%s%N":
		return Format{kind: kindEpoch, digits: 9, step: step(time.Nanosecond)}, true
	case "date":
		return Format{kind: kindDate, layout: "2006-01-02", step: day}, true
	}
	return Format{}, false
}

// New returns the format of that name: rfc3339, rfc3339_ms, rfc3339_us,
// rfc3339_ns, iso8601, unix, unix_ms, unix_us, unix_ns or date. Any other name
// is a strftime specification if it has a "%", and a Go layout otherwise; both
// must say the whole date.
//
// Times are written in zone, and a time without one is read in it; nil means
// UTC. The rfc3339 formats read only times that name their zone; iso8601 reads
// those without one too. Otherwise the two are equal: they write RFC 3339 and
// accept every fraction, "+0000", a space for the "T" and missing seconds.
func New(name string, zone *time.Location) (Format, error) {
	if zone == nil {
		zone = time.UTC
	}
	f, ok := named(name)
	if !ok {
		return newLayout(name, zone)
	}
	f.zone = zone
	f.err = fmt.Errorf("%w in the format %s", ErrInvalid, name)
	if f.kind == kindISO {
		f.marks = markOffset
		if name == "iso8601" {
			f.marks = markNone
		}
	}
	return f, nil
}

// newLayout makes a Format of a Go layout or of a strftime specification, and
// proves with a few times that what it writes it can read.
func newLayout(name string, zone *time.Location) (Format, error) {
	f := Format{kind: kindLayout, layout: name, zone: zone}
	f.marks = layoutMarks(name)
	if strings.Contains(name, "%") {
		f.kind, f.marks = kindStrftime, strftimeMarks(name)
	} else if !strings.Contains(name, "06") {
		return Format{}, fmt.Errorf("unknown time format %q: want rfc3339, rfc3339_ms, rfc3339_us, rfc3339_ns, "+
			"iso8601, unix, unix_ms, unix_us, unix_ns, date, a Go layout with 2006, or strftime with %%", name)
	}
	if f.marks == markNone && strings.HasSuffix(name, "Z") && zone != time.UTC {
		return Format{}, fmt.Errorf("time format %q ends in Z, which means UTC, but the time zone is %s", name, zone)
	}
	f.err = fmt.Errorf("%w in the format %q", ErrInvalid, name)
	f.step = f.measure()
	if f.step == 0 || !f.roundTrips() {
		return Format{}, fmt.Errorf("time format %q can't be read back: it must say year, month, day and, "+
			"with a 12 hour clock, AM or PM", name)
	}
	return f, nil
}

// Granularity is the coarseness: two times closer than this may be written alike.
// A format of months or years answers 31 or 366 days.
func (f Format) Granularity() time.Duration {
	if f.step == 0 {
		return time.Second
	}
	return time.Duration(f.step)
}

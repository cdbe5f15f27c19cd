// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import (
	"strings"
	"time"

	"github.com/ncruces/go-strftime"
)

const rfc3339Layout = "2006-01-02T15:04:05Z07:00"

// Format writes t. What is finer than the granularity is cut off, never rounded.
// Years outside 0 to 9999 are written as Go writes them.
func (f Format) Format(t time.Time) string {
	switch f.kind {
	case kindEpoch:
		return formatEpoch(t, f.digits)
	case kindStrftime:
		return strftime.Format(f.layout, f.in(t))
	}
	if f.layout == "" {
		return f.in(t).Format(rfc3339Layout)
	}
	return f.in(t).Format(f.layout)
}

// Parse reads a time. Errors wrap ErrInvalid or ErrRange. White space around the
// text is ignored. A leap second (23:59:60) is read as the last nanosecond
// before it ends, 23:59:59.999999999, which keeps day and order.
func (f Format) Parse(s string) (time.Time, error) {
	var t time.Time
	var ok bool
	switch s = strings.TrimSpace(s); f.kind {
	case kindEpoch:
		return f.parseEpoch(s)
	case kindISO:
		var zoned bool
		t, zoned, ok = parseISO(s, f.location())
		ok = ok && (zoned || f.marks != markOffset) && len(s) > len("2006-01-02")
	case kindDate:
		t, _, ok = parseISO(s, f.location())
		ok = ok && len(s) == len("2006-01-02")
	case kindLayout:
		t, ok = parseLayout(f.layout, s, f.marks, f.location())
	case kindStrftime:
		wall, err := strftime.Parse(f.layout, s)
		if ok = err == nil; ok {
			t, ok = settle(wall, f.marks, f.location())
		}
	}
	if !ok {
		return time.Time{}, f.invalid()
	}
	return checkRange(t)
}

func (f Format) parseEpoch(s string) (time.Time, error) {
	if n, ok := parseInteger(s); ok {
		return unixTime(n, f.digits)
	}
	d, ok := scanDecimal(s)
	if !ok {
		return time.Time{}, f.invalid()
	}
	return d.time(f.digits)
}

// in moves t to the zone to write it in, or to UTC if the format can't write
// that zone: an offset with seconds (local mean time before 1900), and, as a
// name, a number such as +1030, which package time doesn't read back.
func (f Format) in(t time.Time) time.Time {
	t = t.In(f.location())
	name, offset := t.Zone()
	switch {
	case f.kind == kindISO || f.marks == markOffset:
		unit := 60
		if strings.HasSuffix(f.layout, "07") {
			unit = 3600
		}
		if offset%unit != 0 {
			return t.UTC()
		}
	case f.marks == markName && (name[0] == '+' || name[0] == '-'):
		return t.UTC()
	}
	return t
}

// location returns the zone, which the zero Format lacks.
func (f Format) location() *time.Location {
	if f.zone == nil {
		return time.UTC
	}
	return f.zone
}

// invalid returns the error that names the format.
func (f Format) invalid() error {
	if f.err == nil {
		return ErrInvalid
	}
	return f.err
}

// checkRange refuses times that RFC 3339 can't write in UTC.
func checkRange(t time.Time) (time.Time, error) {
	if sec := t.Unix(); sec < minUnix || sec > maxUnix {
		return time.Time{}, ErrRange
	}
	return t.UTC(), nil
}

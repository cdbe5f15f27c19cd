// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import "time"

// step is the coarseness of a format. Up to a day it is a true duration; month
// and year are upper bounds.
type step time.Duration

const (
	second = step(time.Second)
	minute = step(time.Minute)
	hour   = step(time.Hour)
	day    = 24 * hour
	month  = 31 * day
	year   = 366 * day
)

// Floor returns the instant that Parse reads in what Format writes for t. It is
// never after t. Where a zone turns its clock back and the format names no
// offset, the repeated hour is read as its first pass, so Floor may go back by
// that hour.
func (f Format) Floor(t time.Time) time.Time {
	grain := f.Granularity()
	if f.kind == kindEpoch || f.kind == kindISO || f.marks == markOffset && grain <= time.Second {
		return t.Add(-time.Duration(t.Nanosecond()) % grain).UTC()
	}
	wall := truncate(f.in(t), step(grain))
	if f.marks == markNone {
		return place(wall, f.location())
	}
	return wall.UTC()
}

// truncate drops what is finer than the step from a wall clock time. It stays in
// the offset of t, so that the result names the same pass of a repeated hour.
func truncate(t time.Time, s step) time.Time {
	_, offset := t.Zone()
	y, mon, d := t.Date()
	h, minutes, sec := t.Clock()
	ns := t.Nanosecond()
	switch {
	case s < second:
		ns -= ns % int(s)
	case s == second:
		ns = 0
	case s == minute:
		sec, ns = 0, 0
	case s == hour:
		minutes, sec, ns = 0, 0, 0
	default:
		h, minutes, sec, ns = 0, 0, 0, 0
	}
	if s >= month {
		d = 1
	}
	if s >= year {
		mon = time.January
	}
	return time.Date(y, mon, d, h, minutes, sec, ns, time.FixedZone("", offset))
}

// measure finds the coarseness of a layout by trying: the smallest change of a
// time that changes its text. 0 means that nothing does.
func (f Format) measure() step {
	base := time.Date(2001, 2, 3, 4, 5, 6, 111_111_111, f.location())
	text := f.Format(base)
	for s := step(1); s <= second; s *= 10 {
		if f.Format(base.Add(time.Duration(s))) != text {
			return s
		}
	}
	for _, s := range []step{minute, hour, day} {
		if f.Format(base.Add(time.Duration(s))) != text {
			return s
		}
	}
	switch {
	case f.Format(base.AddDate(0, 1, 0)) != text:
		return month
	case f.Format(base.AddDate(1, 0, 0)) != text:
		return year
	}
	return 0
}

// roundTrips reports whether the format can read what it writes.
func (f Format) roundTrips() bool {
	for _, t := range []time.Time{
		time.Date(2001, 2, 3, 4, 5, 6, 123_456_789, time.UTC),
		time.Date(1999, 12, 31, 23, 59, 58, 987_654_321, time.UTC),
		time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC),
	} {
		got, err := f.Parse(f.Format(t))
		if err != nil || !got.Equal(f.Floor(t)) {
			return false
		}
	}
	return true
}

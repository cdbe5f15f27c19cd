// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import (
	"strings"
	"time"
)

// marks tell how a format names the zone of a time.
type marks uint8

const (
	markNone   marks = iota // not at all
	markOffset              // as a number, such as +02:00
	markName                // as an abbreviation, such as CEST
)

// layoutMarks finds how a Go layout names the zone.
func layoutMarks(layout string) marks {
	switch {
	case strings.Contains(layout, "Z07") || strings.Contains(layout, "-07"):
		return markOffset
	case strings.Contains(layout, "MST"):
		return markName
	}
	return markNone
}

// strftimeMarks finds how a strftime specification names the zone.
func strftimeMarks(spec string) marks {
	switch {
	case strings.Contains(spec, "%z") || strings.Contains(spec, "%:z"):
		return markOffset
	case strings.Contains(spec, "%Z") || strings.Contains(spec, "%+"):
		return markName
	}
	return markNone
}

// parseLayout reads a time by a Go layout.
func parseLayout(layout, s string, m marks, zone *time.Location) (time.Time, bool) {
	wall, err := time.ParseInLocation(layout, s, time.UTC)
	if err != nil {
		return time.Time{}, false
	}
	return settle(wall, m, zone)
}

// settle gives a time that was parsed as if its zone were UTC its true zone.
func settle(wall time.Time, m marks, zone *time.Location) (time.Time, bool) {
	switch m {
	case markOffset:
		return wall.UTC(), true
	case markName:
		return settleName(wall, zone)
	default:
		return place(wall, zone), true
	}
}

// settleName resolves an abbreviation. Package time invents an offset of zero for
// one it doesn't know, which would move the event silently; here it is an error.
func settleName(wall time.Time, zone *time.Location) (time.Time, bool) {
	name, offset := wall.Zone()
	first := place(wall, zone)
	for _, t := range []time.Time{first, place2(wall, zone)} {
		if own, _ := t.In(zone).Zone(); own == name {
			return t, true
		}
	}
	switch name {
	case "UTC", "GMT", "UT", "Z":
		return wall.UTC(), true
	}
	if strings.HasPrefix(name, "GMT") {
		return wall.UTC(), true // GMT+2: package time has read the number
	}
	if seconds, ok := parseOffset(name); ok {
		return wall.Add(-time.Duration(seconds-offset) * time.Second).UTC(), true
	}
	if hours, ok := rfc5322Zone(name); ok {
		return wall.Add(-time.Duration(hours) * time.Hour).UTC(), true
	}
	return time.Time{}, false
}

// rfc5322Zone returns the offset in hours of the abbreviations that RFC 5322
// section 4.3 defines; all others are ambiguous in the world.
func rfc5322Zone(name string) (hours int, ok bool) {
	switch name {
	case "EDT":
		return -4, true
	case "EST", "CDT":
		return -5, true
	case "CST", "MDT":
		return -6, true
	case "MST", "PDT":
		return -7, true
	case "PST":
		return -8, true
	}
	return 0, false
}

// place returns the instant at which a clock in zone shows the date and time of
// wall. A clock that is turned back shows some times twice: the first is taken,
// so that a bound is rather too early than too late. A time that a clock skips
// is the moment of the skip.
func place(wall time.Time, zone *time.Location) time.Time {
	if zone == time.UTC && wall.Location() == time.UTC {
		return wall
	}
	t := clock(wall, zone)
	start, end := t.ZoneBounds()
	if shown, want := clock(t, time.UTC), clock(wall, time.UTC); shown.Before(want) {
		return end.UTC()
	} else if shown.After(want) {
		return start.UTC()
	}
	if start.IsZero() {
		return t.UTC()
	}
	_, before := start.Add(-1).Zone()
	_, after := t.Zone()
	if earlier := t.Add(time.Duration(after-before) * time.Second); before > after && earlier.Before(start) {
		return earlier.UTC()
	}
	return t.UTC()
}

// place2 is place, but takes the second of two equal clock times.
func place2(wall time.Time, zone *time.Location) time.Time {
	t := clock(wall, zone)
	_, end := t.ZoneBounds()
	if end.IsZero() {
		return t.UTC()
	}
	_, before := t.Zone()
	_, after := end.Zone()
	if later := t.Add(time.Duration(before-after) * time.Second); before > after && !later.Before(end) {
		return later.UTC()
	}
	return t.UTC()
}

// clock returns an instant at which a clock in zone shows the date and time of wall.
func clock(wall time.Time, zone *time.Location) time.Time {
	y, mon, d := wall.Date()
	h, m, s := wall.Clock()
	return time.Date(y, mon, d, h, m, s, wall.Nanosecond(), zone)
}

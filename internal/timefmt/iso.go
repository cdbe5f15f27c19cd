// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import "time"

// parseISO reads the calendar forms of ISO 8601 that vendors send, without
// allocating:
//
//	2026-01-01T00:00:00Z        RFC 3339; any fraction, also after a comma
//	2026-01-01T00:00:00+0000    also +00:00 and +00
//	2026-01-01 00:00:00         a space for the T, no zone: read in zone
//	2026-01-01T00:00Z           no seconds
//	2026-01-01                  midnight
//	20260101T000000Z            basic format, the T may be missing
//
// zoned tells whether the text names its zone.
func parseISO(s string, zone *time.Location) (t time.Time, zoned, ok bool) {
	if t, ok = parseUTC(s); ok {
		return t, true, true
	}
	c, s, ok := cutDate(s)
	if !ok {
		return time.Time{}, false, false
	}
	if s == "" {
		return place(c.time(0), zone), false, c.date()
	}
	if s, ok = c.cutClock(s); !ok || !c.valid() {
		return time.Time{}, false, false
	}
	if s == "" {
		return place(c.time(0), zone), false, true
	}
	offset, ok := parseOffset(s)
	return c.time(offset), true, ok
}

// civil is a date and a time of day as written.
type civil struct {
	year, month, day     int
	hour, minute, second int
	nanosecond           int
	basic                bool // written without separators
}

// cutDate reads YYYY-MM-DD or YYYYMMDD.
func cutDate(s string) (c civil, rest string, ok bool) {
	if len(s) < 8 {
		return c, s, false
	}
	c.basic = s[4] != '-'
	c.year = two(s)*100 + two(s[2:])
	if c.basic {
		c.month, c.day = two(s[4:]), two(s[6:])
		return c, s[8:], two(s) >= 0 && two(s[2:]) >= 0 && c.month >= 0 && c.day >= 0
	}
	if len(s) < 10 || s[7] != '-' {
		return c, s, false
	}
	c.month, c.day = two(s[5:]), two(s[8:])
	return c, s[10:], two(s) >= 0 && two(s[2:]) >= 0 && c.month >= 0 && c.day >= 0
}

// cutClock reads the separator and hh:mm[:ss[.fraction]], or hhmm[ss[.fraction]]
// after a basic date.
func (c *civil) cutClock(s string) (rest string, ok bool) {
	switch s[0] {
	case 'T', 't', ' ', '_':
		s = s[1:]
	default:
		if !c.basic {
			return s, false
		}
	}
	if s, ok = cutTwo(s, 0, &c.hour); !ok {
		return s, false
	}
	colon := byte(':')
	if c.basic {
		colon = 0
	}
	if s, ok = cutTwo(s, colon, &c.minute); !ok {
		return s, false
	}
	if s == "" || !c.basic && s[0] != ':' || c.basic && (s[0] < '0' || s[0] > '9') {
		return s, true
	}
	if s, ok = cutTwo(s, colon, &c.second); !ok {
		return s, false
	}
	if s != "" && (s[0] == '.' || s[0] == ',') {
		return c.cutFraction(s[1:])
	}
	return s, true
}

// cutFraction reads the digits after the point; those beyond nanoseconds are cut off.
func (c *civil) cutFraction(s string) (rest string, ok bool) {
	n := leadingDigits(s)
	for i := range 9 {
		c.nanosecond *= 10
		if i < n {
			c.nanosecond += int(s[i] - '0')
		}
	}
	return s[n:], n > 0
}

// cutTwo reads the separator (0 for none) and two digits.
func cutTwo(s string, separator byte, v *int) (rest string, ok bool) {
	if separator != 0 {
		if s == "" || s[0] != separator {
			return s, false
		}
		s = s[1:]
	}
	if len(s) < 2 {
		return s, false
	}
	*v = two(s)
	return s[2:], *v >= 0
}

// two reads two digits; it is negative, below any sum that uses it, if they are none.
func two(s string) int {
	a, b := s[0]-'0', s[1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// parseOffset reads Z, +hh, +hhmm or +hh:mm, possibly after a space, and returns seconds east of UTC.
func parseOffset(s string) (seconds int, ok bool) {
	if len(s) > 1 && s[0] == ' ' {
		s = s[1:]
	}
	switch s {
	case "Z", "z", "UTC", "GMT":
		return 0, true
	}
	if len(s) < 3 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	negative := s[0] == '-'
	hours, minutes := two(s[1:]), 0
	switch rest := s[3:]; {
	case rest == "":
	case len(rest) == 2:
		minutes = two(rest)
	case len(rest) == 3 && rest[0] == ':':
		minutes = two(rest[1:])
	default:
		return 0, false
	}
	if hours < 0 || hours > 23 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	seconds = hours*3600 + minutes*60
	if negative {
		seconds = -seconds
	}
	return seconds, true
}

// date reports whether the day exists.
func (c *civil) date() bool {
	return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= daysIn(c.year, c.month)
}

// valid reports whether day and time exist. The 60th second is taken as the last
// nanosecond of the minute.
func (c *civil) valid() bool {
	if c.second == 60 {
		c.second, c.nanosecond = 59, 999_999_999
	}
	return c.date() && c.hour <= 23 && c.minute <= 59 && c.second <= 59
}

// daysIn returns the length of a month of 1 to 12.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// time returns the instant; offset is in seconds east of UTC.
func (c *civil) time(offset int) time.Time {
	sec := int64(daysSinceEpoch(c.year, c.month, c.day))*86400 + int64(c.hour*3600+c.minute*60+c.second-offset)
	return time.Unix(sec, int64(c.nanosecond)).UTC()
}

// daysSinceEpoch counts the days from 1970-01-01 on. With years that begin in
// March the leap day comes last, so the days before a month have a closed form.
func daysSinceEpoch(year, month, day int) int {
	if month -= 3; month < 0 {
		year, month = year-1, month+12
	}
	const toEpoch = 719_468 // days from 0000-03-01 to 1970-01-01
	return 365*year + floorDiv(year, 4) - floorDiv(year, 100) + floorDiv(year, 400) + (153*month+2)/5 + day - 1 - toEpoch
}

// floorDiv divides and rounds down; only the year -1 (before March of year 0) needs it.
func floorDiv(a, b int) int {
	if a < 0 {
		return -1
	}
	return a / b
}

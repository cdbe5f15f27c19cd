// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import "time"

// parseUTC reads the form that almost every event has, 2006-01-02T15:04:05Z with
// up to nine digits of a fraction. Anything else, right or wrong, is left to
// parseISO, which gives the same answer for this form in twice the time.
func parseUTC(s string) (t time.Time, ok bool) {
	n := len(s) - 1
	if n < 19 || n > 29 || n == 20 || s[n] != 'Z' ||
		s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, false
	}
	century, year, month, day := two(s), two(s[2:]), two(s[5:]), two(s[8:])
	hour, minute, second := two(s[11:]), two(s[14:]), two(s[17:])
	if century|year|month|day|hour|minute|second < 0 {
		return time.Time{}, false
	}
	year += century * 100
	if month == 0 || month > 12 || day == 0 || day > 28 && day > daysIn(year, month) ||
		hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	nsec := 0
	if n > 19 {
		if nsec = nanoseconds(s[19:n]); nsec < 0 {
			return time.Time{}, false
		}
	}
	sec := int64(daysSinceEpoch(year, month, day))*86400 + int64(hour*3600+minute*60+second)
	return time.Unix(sec, int64(nsec)).UTC(), true
}

// nanoseconds reads a point and up to nine digits; it is negative if they are none.
func nanoseconds(s string) int {
	if s[0] != '.' {
		return -1
	}
	n := 0
	for i := 1; i < len(s); i++ {
		digit := s[i] - '0'
		if digit > 9 {
			return -1
		}
		n = n*10 + int(digit)
	}
	for i := len(s); i < 10; i++ {
		n *= 10
	}
	return n
}

// parseInteger reads up to 18 digits without a leading zero: the usual Unix time.
func parseInteger(s string) (n int64, ok bool) {
	if s == "" || len(s) > 18 || s[0] == '0' {
		return 0, false
	}
	for i := range len(s) {
		digit := s[i] - '0'
		if digit > 9 {
			return 0, false
		}
		n = n*10 + int64(digit)
	}
	return n, true
}

// unixTime returns the time that is n units of 10^-digits seconds after 1970;
// n is not negative.
func unixTime(n int64, digits int) (time.Time, error) {
	switch digits {
	case 3:
		return checkRange(time.Unix(n/1e3, n%1e3*1e6))
	case 6:
		return checkRange(time.Unix(n/1e6, n%1e6*1e3))
	case 9:
		return checkRange(time.Unix(n/1e9, n%1e9))
	default:
		return checkRange(time.Unix(n, 0))
	}
}

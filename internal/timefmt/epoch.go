// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import (
	"strconv"
	"time"
)

const (
	minUnix = -62_167_219_200 // 0000-01-01T00:00:00Z
	maxUnix = 253_402_300_799 // 9999-12-31T23:59:59Z
)

// decimal is a number as written: sign, digits before and after the point, and
// the exponent. Nothing of it went through float64.
type decimal struct {
	negative bool
	whole    string // without leading zeros
	fraction string
	exponent int
}

// scanDecimal reads a decimal number such as 1767225600, "1767225600.123" or
// 1.7672256e9. It is not strict about JSON: leading zeros and a plus are allowed.
func scanDecimal(s string) (d decimal, ok bool) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	n := leadingDigits(s)
	d.whole, s = s[:n], s[n:]
	if s != "" && s[0] == '.' {
		n = leadingDigits(s[1:])
		d.fraction, s = s[1:1+n], s[1+n:]
	}
	if d.whole == "" && d.fraction == "" {
		return d, false
	}
	for d.whole != "" && d.whole[0] == '0' {
		d.whole = d.whole[1:]
	}
	if s == "" {
		return d, true
	}
	if s[0] != 'e' && s[0] != 'E' || len(s) > 5 {
		return d, false
	}
	exponent, err := strconv.ParseInt(s[1:], 10, 16)
	d.exponent = int(exponent)
	return d, err == nil
}

// leadingDigits counts the decimal digits at the start of s.
func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// digit returns the i-th digit of whole and fraction written in a row; there are
// only zeros before and behind them.
func (d decimal) digit(i int) int64 {
	if i < 0 {
		return 0
	}
	if i < len(d.whole) {
		return int64(d.whole[i] - '0')
	}
	if i -= len(d.whole); i < len(d.fraction) {
		return int64(d.fraction[i] - '0')
	}
	return 0
}

// time reads the number as a Unix time in units of 10^-digits seconds. What is
// finer than a nanosecond is cut off.
func (d decimal) time(digits int) (time.Time, error) {
	point := len(d.whole) + d.exponent - digits
	var sec, nsec int64
	for i := range point {
		if sec = sec*10 + d.digit(i); sec > maxUnix {
			return time.Time{}, ErrRange
		}
		if sec == 0 && i > len(d.whole)+len(d.fraction) {
			break // zero, whatever the exponent
		}
	}
	for i := range 9 {
		nsec = nsec*10 + d.digit(point+i)
	}
	if d.negative {
		sec, nsec = -sec, -nsec
	}
	return checkRange(time.Unix(sec, nsec))
}

// magnitude guesses the unit of a Unix time by its digits before the point and
// returns the digits of the unit: below 10^11 it is seconds (year 5138), below
// 10^14 milliseconds, below 10^17 microseconds, otherwise nanoseconds.
func magnitude(digits int) int {
	switch {
	case digits <= 11:
		return 0
	case digits <= 14:
		return 3
	case digits <= 17:
		return 6
	default:
		return 9
	}
}

// formatEpoch writes t as a Unix time in units of 10^-digits seconds, rounded down.
func formatEpoch(t time.Time, digits int) string {
	switch digits {
	case 0:
		return strconv.FormatInt(t.Unix(), 10)
	case 3:
		return strconv.FormatInt(t.UnixMilli(), 10)
	case 6:
		return strconv.FormatInt(t.UnixMicro(), 10)
	}
	sec, nsec := t.Unix(), int64(t.Nanosecond())
	const safe = 9_000_000_000 // seconds whose nanoseconds fit 64 bits
	if sec > -safe && sec < safe {
		return strconv.FormatInt(sec*1_000_000_000+nsec, 10)
	}
	sign := ""
	if sec < 0 {
		sign, sec = "-", -sec
		if nsec > 0 {
			sec, nsec = sec-1, 1_000_000_000-nsec
		}
	}
	return sign + strconv.FormatInt(sec, 10) + strconv.FormatInt(1_000_000_000+nsec, 10)[1:]
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFormatCutsToItsGranularity(t *testing.T) {
	moment := time.Date(2026, 1, 2, 3, 4, 5, 678_912_345, time.UTC)
	for _, tt := range []struct {
		name, want  string
		granularity time.Duration
	}{
		{"rfc3339", "2026-01-02T03:04:05Z", time.Second},
		{"iso8601", "2026-01-02T03:04:05Z", time.Second},
		{"rfc3339_ms", "2026-01-02T03:04:05.678Z", time.Millisecond},
		{"rfc3339_us", "2026-01-02T03:04:05.678912Z", time.Microsecond},
		{"rfc3339_ns", "2026-01-02T03:04:05.678912345Z", time.Nanosecond},
		{"unix", "1767323045", time.Second},
		{"unix_ms", "1767323045678", time.Millisecond},
		{"unix_us", "1767323045678912", time.Microsecond},
		{"unix_ns", "1767323045678912345", time.Nanosecond},
		{"date", "2026-01-02", 24 * time.Hour},
		{"2006-01-02T15:04:05.000-0700", "2026-01-02T03:04:05.678+0000", time.Millisecond},
		{"2006-01-02T15:04:05.0000000Z", "2026-01-02T03:04:05.6789123Z", 100 * time.Nanosecond},
		{"2006-01-02 15:04:05", "2026-01-02 03:04:05", time.Second},
		{"2006-01-02T15:04Z", "2026-01-02T03:04Z", time.Minute},
		{"20060102150405.000", "20260102030405.678", time.Millisecond},
		{"01/02/2006", "01/02/2026", 24 * time.Hour},
		{"2006-01-02 15h", "2026-01-02 03h", time.Hour},
		{"2006-01", "2026-01", 31 * 24 * time.Hour},
		{time.RFC1123, "Fri, 02 Jan 2026 03:04:05 UTC", time.Second},
		{time.RFC1123Z, "Fri, 02 Jan 2026 03:04:05 +0000", time.Second},
		{"%Y-%m-%dT%H:%M:%SZ", "2026-01-02T03:04:05Z", time.Second},
		{"%Y-%m-%d %H:%M:%S.%f %z", "2026-01-02 03:04:05.678912 +0000", time.Microsecond},
		{"%d/%b/%Y", "02/Jan/2026", 24 * time.Hour},
		{"%s", "1767323045", time.Second},
		{"%s%L", "1767323045678", time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := New(tt.name, nil)
			require.NoError(t, err)
			assert.Equal(t, tt.want, f.Format(moment))
			assert.Equal(t, tt.granularity, f.Granularity())
			got, err := f.Parse(tt.want)
			require.NoError(t, err)
			assert.Equal(t, f.Floor(moment), got)
			assert.Equal(t, time.UTC, got.Location())
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, message := range map[string]string{
		"":                       "unknown time format",
		"rfc3999":                "unknown time format",
		"unix_s":                 "unknown time format",
		"15:04:05":               "unknown time format",
		"Jan _2 15:04:05.000000": "unknown time format",
		"2006":                   "",
		"2006-01-02 03:04":       "can't be read back",
		"2006-02":                "can't be read back",
		"%H:%M:%S":               "can't be read back",
		"%s %Y":                  "can't be read back",
		"%q":                     "can't be read back",
		"100%":                   "can't be read back",
	} {
		_, err := New(name, nil)
		if message == "" {
			assert.NoError(t, err, name)
			continue
		}
		assert.ErrorContains(t, err, message, name)
	}
	_, err := New("2006-01-02T15:04:05Z", berlin(t))
	assert.ErrorContains(t, err, "means UTC")
}

func TestAFormatReadsOnlyItsOwn(t *testing.T) {
	for name, texts := range map[string][]string{
		"rfc3339":             {"", "2026-01-01", "2026-01-01T00:00:00", "1767225600", "2026-01-01T00:00:00Zz", "Thu, 01 Jan 2026 00:00:00 GMT", "20260101"},
		"iso8601":             {"", "2026-01-01", "1767225600", "2026-1-1T00:00:00Z"},
		"unix":                {"", "2026-01-01", "1e", "1767225600s", "0x10", "--1"},
		"date":                {"", "2026-01-01T00:00:00Z", "20260101", "2026-13-01", "2026-02-30"},
		"2006-01-02 15:04:05": {"2026-01-01T00:00:00", "2026-01-01"},
		time.RFC1123:          {"Thu, 01 Jan 2026 00:00:00 IST", "Thu, 01 Jan 2026"},
		"%d/%m/%Y":            {"13/13/2026", "1767225600"},
	} {
		f, err := New(name, nil)
		require.NoError(t, err)
		for _, text := range texts {
			_, err := f.Parse(text)
			assert.ErrorIs(t, err, ErrInvalid, "%s %q", name, text)
			if text != "" {
				assert.NotContains(t, err.Error(), text)
			}
		}
	}
	for name, text := range map[string]string{"unix": "99999999999999", "unix_ms": "-99999999999999", "unix_ns": "1e99", "rfc3339": "9999-12-31T23:59:59-01:00"} {
		f, err := New(name, nil)
		require.NoError(t, err)
		_, err = f.Parse(text)
		assert.ErrorIs(t, err, ErrRange, name)
	}
}

func TestUnixTimesAreExact(t *testing.T) {
	for _, tt := range []struct{ format, text, want string }{
		{"unix", "1767225600.123456789", "2026-01-01T00:00:00.123456789Z"},
		{"unix", "1767225600.1234567899", "2026-01-01T00:00:00.123456789Z"},
		{"unix", "1.767225600000001e9", "2026-01-01T00:00:00.000001Z"},
		{"unix", "17672256000000e-4", "2026-01-01T00:00:00Z"},
		{"unix", "000001767225600", "2026-01-01T00:00:00Z"},
		{"unix_ms", "1767225600123.4567", "2026-01-01T00:00:00.1234567Z"},
		{"unix_ms", "5", "1970-01-01T00:00:00.005Z"},
		{"unix_us", "-1", "1969-12-31T23:59:59.999999Z"},
		{"unix_ns", "253402300799999999999", "9999-12-31T23:59:59.999999999Z"},
		{"unix_ns", "-62167219200000000000", "0000-01-01T00:00:00Z"},
		{"unix_ns", "-62167219199999999999", "0000-01-01T00:00:00.000000001Z"},
		{"unix", "0e999", "1970-01-01T00:00:00Z"},
		{"unix", "1e-999", "1970-01-01T00:00:00Z"},
	} {
		f, err := New(tt.format, nil)
		require.NoError(t, err)
		got, err := f.Parse(tt.text)
		require.NoError(t, err, tt.text)
		assert.Equal(t, tt.want, got.Format(time.RFC3339Nano), tt.text)
	}
}

func TestAZoneIsUsedBothWays(t *testing.T) {
	summer := time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"2006-01-02 15:04:05": "2026-07-02 00:30:00",
		"rfc3339":             "2026-07-02T00:30:00+02:00",
		"date":                "2026-07-02",
		"unix":                "1782945000",
		time.RFC1123:          "Thu, 02 Jul 2026 00:30:00 CEST",
		"%Y-%m-%d %H:%M %Z":   "2026-07-02 00:30 CEST",
	} {
		f, err := New(name, berlin(t))
		require.NoError(t, err)
		assert.Equal(t, want, f.Format(summer), name)
		got, err := f.Parse(want)
		require.NoError(t, err)
		assert.Equal(t, f.Floor(summer), got, name)
	}
}

func TestTheZeroFormatIsRFC3339(t *testing.T) {
	var f Format
	assert.Equal(t, "2026-01-01T00:00:00Z", f.Format(newYear))
	assert.Equal(t, newYear, f.Floor(newYear.Add(time.Millisecond)))
	assert.Equal(t, time.Second, f.Granularity())
	got, err := f.Parse("2026-01-01T00:00:00Z")
	require.NoError(t, err)
	assert.Equal(t, newYear, got)
	_, err = f.Parse("x")
	assert.ErrorIs(t, err, ErrInvalid)
}

// roundTripFormats are all names and a selection of layouts.
var roundTripFormats = []string{
	"rfc3339", "rfc3339_ms", "rfc3339_us", "rfc3339_ns", "iso8601", "unix", "unix_ms", "unix_us", "unix_ns", "date",
	"2006-01-02T15:04:05.000-0700", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15", "2006-01", "2006", "20060102150405.000",
	"2006-01-02 15:04:05 -07", time.RFC1123, time.RFC1123Z, time.UnixDate, "Jan 2, 2006 3:04:05.000000 PM",
	"%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %I:%M %p", "%F %T.%L %z", "%c", "%Y-%j",
}

// roundTripZones have summer time, half hours, odd seconds in the past, a change
// of date at midnight, and numbers for names.
var roundTripZones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Beirut",
	"America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca", "Antarctica/Troll", "Europe/Dublin",
}

// allFormats are all of these in all zones, by zone and format.
func allFormats(t testing.TB) (zones []*time.Location, formats [][]Format) {
	t.Helper()
	for _, zoneName := range roundTripZones {
		zone, err := time.LoadLocation(zoneName)
		require.NoError(t, err)
		var row []Format
		for _, name := range roundTripFormats {
			f, err := New(name, zone)
			require.NoError(t, err)
			row = append(row, f)
		}
		zones, formats = append(zones, zone), append(formats, row)
	}
	return zones, formats
}

// FuzzRoundTrip checks that a format reads what it writes, and that this is
// Floor, which is never later: a bound that is written in a coarse format never
// skips an event.
func FuzzRoundTrip(f *testing.F) {
	_, formats := allFormats(f)
	for i := range roundTripFormats {
		for j := range roundTripZones {
			f.Add(int64(1767225600), int64(123456789), uint8(i), uint8(j))
			f.Add(int64(1761438600+i*1800), int64(0), uint8(i), uint8(j)) // around the end of summer time
		}
	}
	f.Add(int64(minUnix), int64(1), uint8(3), uint8(1))
	f.Add(int64(maxUnix), int64(999_999_999), uint8(8), uint8(0))
	f.Fuzz(func(t *testing.T, sec, nsec int64, format, zone uint8) {
		const spare = 400 * 86400 // room for offsets and for the granule of a year
		sec = minUnix + spare + (sec&0x7fffffffffffffff)%(maxUnix-minUnix-2*spare)
		moment := time.Unix(sec, (nsec&0x7fffffffffffffff)%1_000_000_000)
		row := formats[int(zone)%len(formats)]
		roundTrip(t, moment, row[int(format)%len(row)])
	})
}

func roundTrip(t *testing.T, moment time.Time, f Format) {
	t.Helper()
	text, floor := f.Format(moment), f.Floor(moment)
	got, err := f.Parse(text)
	const fold = 2 * time.Hour // the longest that a clock is turned back
	if err == nil && got == floor && !floor.After(moment) && f.Floor(floor) == floor &&
		moment.Sub(floor) < f.Granularity()+fold {
		return
	}
	require.NoError(t, err, "%s %s %s", f.layout, f.zone, text)
	require.Equal(t, floor, got, "%s %s %s", f.layout, f.zone, text)
	require.False(t, floor.After(moment), "%s %s %s: floor is later", f.layout, f.zone, text)
	require.Equal(t, floor, f.Floor(floor), "%s %s %s: floor of floor", f.layout, f.zone, text)
	t.Errorf("%s %s %s: floor is too early", f.layout, f.zone, text)
}

func TestRoundTripAroundEveryChangeOfOffset(t *testing.T) {
	zones, formats := allFormats(t)
	for i, zone := range zones {
		for moment := time.Date(2010, 1, 1, 0, 0, 0, 0, zone); moment.Year() < 2027; {
			_, end := moment.ZoneBounds()
			if end.IsZero() {
				break
			}
			for minutes := -150; minutes <= 150; minutes += 15 {
				for _, f := range formats[i] {
					roundTrip(t, end.Add(time.Duration(minutes)*time.Minute+time.Nanosecond), f)
				}
			}
			moment = end
		}
	}
}

// FuzzParse checks that no text makes a panic, that what is read is within
// range, and that a time is read alike by the lenient and the strict way.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"2026-01-01T00:00:00.123Z", "20260101T000000Z", "1767225600.123e0", "Thu, 01 Jan 2026 00:00:00 GMT", "2026-01-01 00:00:00 +0100", "-1", "Jan 2, 2006 3:04:05 PM"} {
		f.Add(text)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	var formats []Format
	for _, name := range roundTripFormats {
		format, err := New(name, zone)
		if err != nil {
			f.Fatal(err)
		}
		formats = append(formats, format)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := ParseAny(text, zone); err == nil {
			require.True(t, got.Year() >= 0 && got.Year() <= 9999, "%s", got)
			require.Equal(t, time.UTC, got.Location())
		}
		for _, format := range formats {
			if got, err := format.Parse(text); err == nil {
				require.True(t, got.Year() >= 0 && got.Year() <= 9999, "%s", got)
			}
		}
		// Package time also takes an hour of one digit.
		if want, err := time.Parse(time.RFC3339Nano, text); err == nil && strings.Index(text, ":") == 13 {
			if _, err := checkRange(want); err != nil {
				return
			}
			got, err := formats[0].Parse(text)
			require.NoError(t, err, text)
			require.Equal(t, want.UTC(), got)
		}
	})
}

func TestTheCommonFormsDoNotAllocate(t *testing.T) {
	f, err := New("rfc3339", nil)
	require.NoError(t, err)
	for _, text := range []string{"2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00+0000", "2026-01-01 00:00:00", "1767225600123", "1767225600.123"} {
		assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = ParseAny(text, nil) }), text)
		assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = f.Parse(text) }), text)
	}
}

func BenchmarkParse(b *testing.B) {
	f, err := New("rfc3339", nil)
	if err != nil {
		b.Fatal(err)
	}
	const text = "2026-01-01T00:00:00.123Z"
	b.Run("rfc3339", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = f.Parse(text)
		}
	})
	b.Run("any", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = ParseAny(text, nil)
		}
	})
	b.Run("any unix ms", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = ParseAny("1767225600123", nil)
		}
	})
	b.Run("package time", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = time.Parse(time.RFC3339Nano, text)
		}
	})
}

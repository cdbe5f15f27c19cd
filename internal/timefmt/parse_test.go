// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package timefmt

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newYear is the moment that the tables below write in many ways.
var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	return zone
}

func TestParseAnyReadsWhatVendorsSend(t *testing.T) {
	ms := newYear.Add(123 * time.Millisecond)
	tests := []struct {
		name, text string
		want       time.Time
	}{
		{"RFC 3339", "2026-01-01T00:00:00Z", newYear},
		{"RFC 3339 in lower case", "2026-01-01t00:00:00z", newYear},
		{"milliseconds", "2026-01-01T00:00:00.123Z", ms},
		{"seven digits (Azure)", "2026-01-01T00:00:00.1234567Z", newYear.Add(123456700)},
		{"nine digits (Okta ASA)", "2026-01-01T00:00:00.277119888Z", newYear.Add(277119888)},
		{"more digits than nanoseconds are cut off", "2026-01-01T00:00:00.9999999999Z", newYear.Add(999999999)},
		{"a comma before the fraction", "2026-01-01T00:00:00,123Z", ms},
		{"an offset without colon (Salesforce)", "2026-01-01T00:00:00.000+0000", newYear},
		{"an offset with colon", "2026-01-01T02:00:00+02:00", newYear},
		{"an offset of hours", "2025-12-31T19:00:00-05", newYear},
		{"an offset after a space", "2026-01-01 01:00:00 +0100", newYear},
		{"no zone (M365)", "2026-01-01T00:00:00", newYear},
		{"no seconds (Atlassian)", "2026-01-01T00:00Z", newYear},
		{"a space for the T (ServiceNow)", "2026-01-01 00:00:00", newYear},
		{"the name UTC", "2026-01-01 00:00:00 UTC", newYear},
		{"a date", "2026-01-01", newYear},
		{"the basic format", "20260101T000000Z", newYear},
		{"digits only (Salesforce event log)", "20260101000000.123", ms},
		{"a date in digits", "20260101", newYear},
		{"Unix seconds", "1767225600", newYear},
		{"Unix seconds as a float (CloudTrail)", "1767225600.0", newYear},
		{"Unix seconds with an exact fraction", "1767225600.123", ms},
		{"Unix seconds with an exponent", "1.7672256e9", newYear},
		{"Unix milliseconds", "1767225600123", ms},
		{"Unix milliseconds with an exponent", "1.767225600123E+12", ms},
		{"Unix microseconds", "1767225600123000", ms},
		{"Unix nanoseconds", "1767225600123000000", ms},
		{"the epoch", "0", time.Unix(0, 0).UTC()},
		{"before the epoch", "-1.5", time.Unix(-2, 5e8).UTC()},
		{"RFC 1123 (Quay)", "Thu, 01 Jan 2026 00:00:00 GMT", newYear},
		{"RFC 1123 with an offset", "Thu, 01 Jan 2026 00:00:00 -0000", newYear},
		{"RFC 5322 with a name and one digit", "Thu, 1 Jan 2026 00:00:00 EST", newYear.Add(5 * time.Hour)},
		{"the C library's form", "Thu Jan  1 00:00:00 2026", newYear},
		{"white space around", " 2026-01-01T00:00:00Z\n", newYear},
		{"a leap second is the end of its minute", "2016-12-31T23:59:60Z", time.Date(2016, 12, 31, 23, 59, 59, 999999999, time.UTC)},
		{"the first year", "0000-01-01T00:00:00Z", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"the last year", "9999-12-31T23:59:59.999Z", time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)},
		{"a leap day", "2000-02-29T00:00:00Z", time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseAny(tt.text, nil)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestParseAnyRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an empty text":                      "",
		"a word":                             "yesterday",
		"a day in two orders":                "01/02/2026",
		"a day that does not exist":          "2026-02-29T00:00:00Z",
		"month 13":                           "2026-13-01T00:00:00Z",
		"month 0":                            "2026-00-01",
		"hour 24":                            "2026-01-01T24:00:00Z",
		"minute 60":                          "2026-01-01T00:60:00Z",
		"second 61":                          "2026-01-01T00:00:61Z",
		"an offset of a day":                 "2026-01-01T00:00:00+24:00",
		"half a fraction":                    "2026-01-01T00:00:00.Z",
		"half a time":                        "2026-01-01T00",
		"a date and a dangling T":            "2026-01-01T",
		"trailing bytes":                     "2026-01-01T00:00:00Zx",
		"signs for digits":                   "2026-01-+1T00:00:00Z",
		"a zone name with several meanings":  "Thu, 01 Jan 2026 00:00:00 IST",
		"a number beyond the year 9999":      "99999999999999999999999",
		"a huge exponent":                    "1e9999",
		"a large exponent":                   "1e300",
		"a number before the year 0":         "-99999999999",
		"a year before 0 by its offset":      "0000-01-01T00:00:00+01:00",
		"a year after 9999 by its offset":    "9999-12-31T23:59:59-01:00",
		"hexadecimal":                        "0x1",
		"infinity":                           "inf",
		"a point":                            ".",
		"a sign":                             "-",
		"an exponent alone":                  "e5",
		"a NUL byte":                         "2026-01-01T00:00:00\x00",
		"a JSON string that kept its quotes": `"2026-01-01T00:00:00Z"`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseAny(text, nil)
			require.Error(t, err)
			if text != "" {
				assert.NotContains(t, err.Error(), text, "vendor bytes in an error")
			}
		})
	}
}

func TestAZoneAppliesOnlyToTimesWithoutOne(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-01-01 01:00:00":           newYear,
		"20260101010000":                newYear,
		"2026-01-01T00:00:00Z":          newYear,
		"2026-07-01T02:00:00":           time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		"1767225600":                    newYear,
		"Thu, 01 Jan 2026 01:00:00 CET": newYear,
	} {
		got, err := ParseAny(text, berlin(t))
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// On 2025-10-26 Berlin's clocks went from 03:00 back to 02:00.
func TestARepeatedHourIsItsFirstPass(t *testing.T) {
	got, err := ParseAny("2025-10-26T02:30:00", berlin(t))
	require.NoError(t, err)
	assert.Equal(t, time.Date(2025, 10, 26, 0, 30, 0, 0, time.UTC), got)

	named, err := New("2006-01-02 15:04 MST", berlin(t))
	require.NoError(t, err)
	for text, hour := range map[string]int{"2025-10-26 02:30 CEST": 0, "2025-10-26 02:30 CET": 1} {
		got, err := named.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, hour, got.Hour(), text)
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var testNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) // 1767225600

func TestParseReset(t *testing.T) {
	tests := []struct {
		name, value string
		want        time.Duration
		ok          bool
	}{
		{"seconds (Datadog)", "30", 30 * time.Second, true},
		{"fraction (Shopify)", "2.0", 2 * time.Second, true},
		{"epoch s (Okta, GitHub)", "1767225660", time.Minute, true},
		{"epoch s with fraction", "1767225600.5", 500 * time.Millisecond, true},
		{"epoch ms (LaunchDarkly)", "1767225660000", time.Minute, true},
		{"epoch us", "1767225660000000", time.Minute, true},
		{"epoch ns", "1767225660000000000", time.Minute, true},
		{"ISO without seconds (Atlassian)", "2026-01-01T00:01Z", time.Minute, true},
		{"ISO with offset", "2026-01-01T01:01:00+01:00", time.Minute, true},
		{"HTTP date", "Thu, 01 Jan 2026 00:01:00 GMT", time.Minute, true},
		{"duration (OpenAI)", "6m0s", 6 * time.Minute, true},
		{"duration in ms", "17ms", 17 * time.Millisecond, true},
		{"past epoch", "1767225000", 0, true},
		{"past date", "Thu, 01 Jan 2015 00:01:00 GMT", 0, true},
		{"negative", "-30", 0, true},
		{"negative duration", "-3s", 0, true},
		{"zero", "0", 0, true},
		{"blanks and quotes", ` "30" `, 30 * time.Second, true},
		{"empty", "", 0, false},
		{"word", "soon", 0, false},
		{"exponent", "1e9", 0, false},
		{"hexadecimal", "0x10", 0, false},
		{"infinity", "Inf", 0, false},
		{"too long", "11111111111111111111111111111111111111111111111111111111111111111", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := ParseReset(tt.value, testNow)
			assert.Equal(t, tt.ok, ok)
			assert.InDelta(t, tt.want, got, float64(time.Millisecond))
		})
	}
}

func TestParseLimits(t *testing.T) {
	header := func(kv ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(kv); i += 2 {
			h.Set(kv[i], kv[i+1])
		}
		return h
	}
	none := Limits{Limit: -1, Remaining: -1}
	assert.Equal(t, none, ParseLimits(header(), testNow))
	assert.Equal(t, none, ParseLimits(header("X-RateLimit-Remaining", "many", "Retry-After", "later"), testNow))
	assert.Equal(t, Limits{Limit: 100, Remaining: 7, Reset: 9 * time.Second, HasReset: true},
		ParseLimits(header("RateLimit-Limit", "100, 100;w=60", "RateLimit-Remaining", "7", "RateLimit-Reset", "9"), testNow))
	assert.Equal(t, Limits{Limit: -1, Remaining: -1, RetryAfter: 2 * time.Second, HasRetryAfter: true},
		ParseLimits(header("Retry-After-Ms", "2000"), testNow))
	assert.Equal(t, Limits{Limit: 6000, Remaining: 0, RetryAfter: 3 * time.Second, HasRetryAfter: true},
		ParseLimits(header("X-RateLimit-Limit", "6000", "X-RateLimit-Remaining", "0", "X-RateLimit-RetryAfter", "1767225603"), testNow), "CrowdStrike")
	assert.True(t, Limits{Remaining: 0, HasReset: true}.Exhausted())
	assert.False(t, Limits{Remaining: 0}.Exhausted())
}

func FuzzParseReset(f *testing.F) {
	for _, s := range []string{"30", "1767225660", "1767225660000", "2026-01-01T00:01Z", "6m0s", "-1", "99999999999999999999999999999999", "1e309", ".", "+", "--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, ok := ParseReset(value, testNow)
		if got < 0 || !ok && got != 0 {
			t.Fatalf("ParseReset(%q) = %v, %v", value, got, ok)
		}
	})
}

func FuzzParseLimits(f *testing.F) {
	f.Add("0", "1767225660", "3")
	f.Fuzz(func(t *testing.T, remaining, reset, retry string) {
		l := ParseLimits(http.Header{"X-Ratelimit-Remaining": {remaining}, "Ratelimit-Reset": {reset}, "Retry-After": {retry}}, testNow)
		if l.Remaining < -1 || l.Reset < 0 || l.RetryAfter < 0 {
			t.Fatalf("%+v", l)
		}
	})
}

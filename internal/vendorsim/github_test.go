// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGitHubWalkSeesEveryEvent(t *testing.T) {
	for _, order := range []string{"asc", "desc"} {
		t.Run(order, func(t *testing.T) {
			g := newRig(t, GitHub, untidy())
			g.clock.add(10 * time.Minute)
			var got []string
			for next := "/github/orgs/acme/audit-log?per_page=100&include=all&order=" + order; next != ""; {
				a := g.get(200, next)
				require.Len(t, a.header.Values("Link"), 1, "one comma-joined line")
				got = append(got, a.raw("@this")...)
				next = link(a.header, "next")
				require.True(t, next == "" || strings.Contains(next, "/github/organizations/1/audit-log?"), next)
			}
			assert.Positive(t, g.all(got))
		})
	}
}

func TestGitHubPhraseBoundsTheWalkOnEveryPage(t *testing.T) {
	g := newRig(t, GitHub, LogConfig{Backlog: 300})
	phrase := url.QueryEscape("created:>=2025-12-31T23:59:00+00:00 created:<=2025-12-31T23:59:30Z")
	var got []string
	for next := "/github/enterprises/acme/audit-log?per_page=7&order=asc&phrase=" + phrase; next != ""; {
		a := g.get(200, next)
		got = append(got, a.raw("@this")...)
		next = link(a.header, "next")
	}
	require.Len(t, got, 31)
	assert.Contains(t, got[0], `"@timestamp":`+strconv.FormatInt(epoch.Add(-time.Minute).UnixMilli(), 10))
}

func TestGitHubPrevGoesBack(t *testing.T) {
	for _, order := range []string{"asc", "desc"} {
		g := newRig(t, GitHub, LogConfig{Backlog: 50})
		first := g.get(200, "/github/orgs/acme/audit-log?per_page=10&order="+order)
		second := g.get(200, link(first.header, "next"))
		back := g.get(200, link(second.header, "prev"))
		assert.Equal(t, first.body, back.body, order)
		assert.Equal(t, second.body, g.get(200, link(back.header, "next")).body, order)
		assert.Equal(t, first.body, g.get(200, link(second.header, "first")).body, order)
	}
}

func TestGitHubRefuses(t *testing.T) {
	g := newRig(t, GitHub, LogConfig{Backlog: 10})
	for _, query := range []string{
		"after=1767225600123", "phrase=created:yesterday", "phrase=actor:x", "order=ASC", "per_page=0", "page=2", "include=ssh",
	} {
		g.get(400, "/github/orgs/acme/audit-log?"+query)
	}
	g.get(401, "/github/orgs/acme/audit-log", header("Authorization", "token x"))
	g.get(403, "/github/orgs/acme/audit-log", func(r *http.Request) { r.Header.Set("User-Agent", "") })
	g.get(404, "/github/users/acme/audit-log")
	g.get(200, "/github/orgs/acme/audit-log?per_page=1000")
}

func TestGitHubHasTwoRateLimits(t *testing.T) {
	g := newRig(t, GitHub, LogConfig{Backlog: 10})
	require.NoError(t, g.sim.SetFault(GitHub, Fault{Kind: FaultRateLimit, Next: 1, Delay: 3 * time.Second}))
	primary := g.get(403, "/github/orgs/acme/audit-log")
	assert.Equal(t, "0", primary.header.Get("X-RateLimit-Remaining"))
	assert.Equal(t, strconv.FormatInt(epoch.Unix()+3, 10), primary.header.Get("X-RateLimit-Reset"))
	secondary := g.get(429, "/github/orgs/acme/audit-log")
	assert.Equal(t, "3", secondary.header.Get("Retry-After"))
}

func TestGitHubOrgIsSometimesAnArray(t *testing.T) {
	g := newRig(t, GitHub, LogConfig{Backlog: 100})
	arrays := 0
	for _, r := range g.get(200, "/github/orgs/acme/audit-log?per_page=100").get("@this").Array() {
		if r.Get("org").IsArray() {
			arrays++
			assert.False(t, r.Get("created_at").Exists())
		}
	}
	assert.Positive(t, arrays)
	assert.Less(t, arrays, 100)
}

func TestPhrase(t *testing.T) {
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	at := day.Add(3 * time.Hour)
	tests := map[string]window{
		"":                              {},
		"created:>=2026-01-02":          {from: day},
		"created:>2026-01-02":           {from: day.Add(24 * time.Hour)},
		"created:<2026-01-02":           {to: day},
		"created:<=2026-01-02":          {to: day.Add(24 * time.Hour)},
		"created:2026-01-02":            {from: day, to: day.Add(24 * time.Hour)},
		"created:>2026-01-02T03:00:00Z": {from: at.Add(1)},
		"created:2026-01-02..2026-01-02T03:00:00Z":  {from: day, to: at.Add(1)},
		"created:*..2026-01-02T03:00:00+00:00":      {to: at.Add(1)},
		"created:2026-01-02..*":                     {from: day},
		"created:>=2026-01-01 created:>=2026-01-02": {from: day},
		"created:<2026-01-02 created:<2026-01-03":   {to: day},
	}
	for phrase, want := range tests {
		got, err := parsePhrase(phrase)
		require.NoError(t, err, phrase)
		assert.True(t, want.from.Equal(got.from) && want.to.Equal(got.to), "%s: %v", phrase, got)
	}
	for _, bad := range []string{"x", "created:", "created:>=", "created:*..*", "created:a..b", "updated:>=2026-01-01", "created:>=2026-01-02T03:00:00 00:00"} {
		_, err := parsePhrase(bad)
		assert.ErrorIs(t, err, errPhrase, bad)
	}
}

func FuzzPhrase(f *testing.F) {
	for _, s := range []string{"created:>=2026-01-01T00:00:00+00:00 created:<=2026-01-02", "created:*..2026-01-01", "created:1..2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, phrase string) {
		w, err := parsePhrase(phrase)
		if err != nil {
			assert.ErrorIs(t, err, errPhrase)
			assert.Equal(t, window{}, w)
		}
	})
}

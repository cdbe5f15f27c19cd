// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

const oktaURL = "/okta/api/v1/logs?limit=5&since=2025-12-01T00:00:00Z"

func TestFaultsDoWhatTheySay(t *testing.T) {
	tests := map[Kind]func(t *testing.T, a answer, err error){
		FaultServerError: func(t *testing.T, a answer, _ error) { assert.GreaterOrEqual(t, a.status, 500) },
		FaultRateLimit:   func(t *testing.T, a answer, _ error) { assert.Equal(t, 429, a.status) },
		FaultTruncateLength: func(t *testing.T, a answer, err error) {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.Equal(t, 200, a.status)
		},
		FaultTruncateJSON: func(t *testing.T, a answer, err error) {
			require.NoError(t, err)
			assert.False(t, gjson.Valid(a.body))
		},
		FaultHTML: func(t *testing.T, a answer, _ error) {
			assert.Equal(t, 200, a.status)
			assert.Contains(t, a.header.Get("Content-Type"), "text/html")
		},
		FaultUnauthorized: func(t *testing.T, a answer, _ error) { assert.Equal(t, 401, a.status) },
		FaultReset:        func(t *testing.T, _ answer, err error) { assert.ErrorIs(t, err, syscall.ECONNRESET) },
		FaultErrorPayload: func(t *testing.T, a answer, _ error) {
			assert.Equal(t, 200, a.status)
			assert.True(t, a.get("errorCode").Exists())
		},
		FaultEmptyBody: func(t *testing.T, a answer, _ error) {
			assert.Equal(t, 200, a.status)
			assert.Empty(t, a.body)
		},
		FaultEmptyPage: func(t *testing.T, a answer, _ error) { assert.Equal(t, "[]", a.body) },
		FaultShortPage: func(t *testing.T, a answer, _ error) { assert.Len(t, a.raw("@this"), 3) },
	}
	for kind, check := range tests {
		t.Run(string(kind), func(t *testing.T) {
			g := oktaRig(t, LogConfig{Backlog: 100})
			require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: kind, Next: 1, Delay: time.Second}))
			a, err := g.do(http.MethodGet, oktaURL, "", g.auth)
			check(t, a, err)
			assert.Equal(t, 1, g.sim.Stats(Okta).Faults[kind])
			if kind != FaultShortPage {
				assert.Empty(t, g.sim.Shown(Okta), "nothing counts as shown")
			}
			g.clock.add(time.Minute)
			g.get(200, oktaURL)
			assert.Len(t, g.sim.Shown(Okta), 5)
			assert.Zero(t, g.sim.Stats(Okta).Rejected)
		})
	}
}

func TestExpiredCursorMeetsOnlyRequestsWithOne(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 100})
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultExpiredCursor, Next: 1}))
	a := g.get(200, oktaURL)
	g.get(400, link(a.header, "next"))
	g.get(200, link(a.header, "next"))
}

func TestCursorsExpireByOption(t *testing.T) {
	g := newRig(t, GitHub, LogConfig{Backlog: 100}, func(o *Options) { o.Defaults.CursorTTL = time.Minute })
	next := link(g.get(200, "/github/orgs/acme/audit-log?per_page=5").header, "next")
	g.get(200, next)
	g.clock.add(time.Minute + 1)
	g.get(400, next)
}

func TestEmptyAndShortPagesHideNothing(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 100})
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultEmptyPage, Prob: 0.3}))
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultShortPage, Prob: 0.5}))
	var got []string
	urls := map[string]bool{}
	for next := "/okta/api/v1/logs?limit=9&since=2025-12-01T00:00:00Z&until=2026-01-01T00:00:00Z"; next != ""; {
		require.False(t, urls[next], "no circles")
		urls[next] = true
		a := g.get(200, next)
		got = append(got, a.raw("@this")...)
		next = link(a.header, "next")
	}
	assert.Zero(t, g.all(got))
	assert.Positive(t, g.sim.Stats(Okta).Faults[FaultEmptyPage])
}

func TestFaultsAreDeterministicBySeed(t *testing.T) {
	run := func(seed uint64) string {
		g := newRig(t, Slack, LogConfig{Backlog: 100}, func(o *Options) { o.Seed = seed })
		for _, k := range []Kind{FaultServerError, FaultTruncateJSON, FaultHTML, FaultReset, FaultErrorPayload} {
			require.NoError(t, g.sim.SetFault("", Fault{Kind: k, Prob: 0.15}))
		}
		var log strings.Builder
		for range 100 {
			a, err := g.do(http.MethodGet, "/slack/audit/v1/logs", "", g.auth)
			if err != nil {
				log.WriteString(err.Error())
			}
			log.WriteString(a.body)
		}
		return log.String()
	}
	assert.Equal(t, run(1), run(1))
	assert.NotEqual(t, run(1), run(2))
}

func TestSkipLetsRequestsPassFirst(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 100})
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultUnauthorized, Skip: 2, Next: 1}))
	for _, want := range []int{200, 200, 401, 200} {
		g.get(want, oktaURL)
	}
	assert.Len(t, g.sim.Faults(Okta), 1)
	g.sim.ClearFaults("")
	assert.Empty(t, g.sim.Faults(Okta))
}

func TestQuotaIsEnforcedPerWindow(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 100})
	g.sim.vendors[Okta].opts.Limit, g.sim.vendors[Okta].opts.Window = 3, 10*time.Second
	g.clock.add(4 * time.Second)
	for _, want := range []int{200, 200, 200, 429, 429} {
		g.get(want, oktaURL)
	}
	assert.Equal(t, 1, g.sim.Stats(Okta).EarlyRetries)
	g.clock.add(6 * time.Second)
	a := g.get(200, oktaURL)
	assert.Equal(t, "2", a.header.Get("X-Rate-Limit-Remaining"))
}

func TestLateAndDuplicateFaultsChangeTheLog(t *testing.T) {
	g := oktaRig(t, LogConfig{Rate: 10})
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultLate, Prob: 0.5, Delay: time.Hour}))
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultDuplicates, Prob: 0.2}))
	g.clock.add(time.Minute)
	late := len(g.sim.Visible(Okta, g.clock.now()))
	assert.InDelta(t, 300, late, 80)
	require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultLate}))
	g.clock.add(time.Minute)
	assert.InDelta(t, late+500, len(g.sim.Visible(Okta, g.clock.now())), 120)
	assert.Equal(t, Disorder{LateMax: time.Minute, DuplicateFraction: 0.2}, g.sim.Log(Okta).Disorder())
}

func TestParseFaults(t *testing.T) {
	got, err := ParseFaults(" rate_limit=0.1@5s, okta.late=0.02@10m,")
	require.NoError(t, err)
	assert.Equal(t, []FaultSetting{
		{Fault: Fault{Kind: FaultRateLimit, Prob: 0.1, Delay: 5 * time.Second}},
		{Vendor: Okta, Fault: Fault{Kind: FaultLate, Prob: 0.02, Delay: 10 * time.Minute}},
	}, got)
	for _, bad := range []string{"x", "x=1", "slow=2", "slow=-1", "slow=NaN", "slow=0.1@x", "slow=0.1@-1s"} {
		_, err := ParseFaults(bad)
		assert.ErrorIs(t, err, ErrFault, bad)
	}
	s := New(Options{})
	require.ErrorIs(t, s.SetFault("nobody", Fault{Kind: FaultSlow}), ErrFault)
	require.ErrorIs(t, s.SetFault(Okta, Fault{Kind: "nothing"}), ErrFault)
}

func FuzzFaults(f *testing.F) {
	f.Add("rate_limit=0.1@5s,okta.late=0.02@10m")
	f.Fuzz(func(t *testing.T, text string) {
		settings, err := ParseFaults(text)
		if err != nil {
			assert.ErrorIs(t, err, ErrFault)
		}
		for _, s := range settings {
			assert.NoError(t, s.Fault.check())
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{pos: 3, from: epoch, limit: 5}.encode(1), int64(7))
	f.Add("x", int64(-1))
	f.Fuzz(func(t *testing.T, token string, n int64) {
		if got, err := decodeCursor(token, 1); err == nil {
			again, err := decodeCursor(got.encode(1), 1)
			require.NoError(t, err)
			assert.Equal(t, got, again)
		}
		want := cursor{pos: n, mode: -n, limit: n, turn: 1, issued: fromNanos(n), from: fromNanos(-n)}
		got, err := decodeCursor(want.encode(2), 2)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		_, err = decodeCursor(want.encode(2), 3)
		assert.ErrorIs(t, err, errCursor)
	})
}

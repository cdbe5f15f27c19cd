// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bubble makes an Okta simulator on the bubble's own clock.
func bubble(t *testing.T, log LogConfig) *rig {
	t.Helper()
	s := New(Options{Defaults: VendorOptions{Log: log}})
	return &rig{
		t: t, sim: s, client: &http.Client{Transport: Transport(s)}, vendor: Okta,
		auth: header("Authorization", "SSWS sim-okta-token"),
	}
}

func TestVirtualTimeDrivesTheLogAndTheReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := bubble(t, LogConfig{Rate: 1})
		require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultRateLimit, Prob: 0.2, Delay: 30 * time.Second}))
		next, got := "/okta/api/v1/logs?limit=1000", 0
		for end := time.Now().Add(4 * time.Hour); time.Now().Before(end); {
			a, err := g.do(http.MethodGet, next, "", g.auth)
			require.NoError(t, err)
			if a.status == http.StatusTooManyRequests {
				reset := time.Unix(gjsonInt(a.header.Get("X-Rate-Limit-Reset")), 0)
				wait(time.Until(reset))
				continue
			}
			got += len(a.raw("@this"))
			next = link(a.header, "next")
			if a.body == "[]" {
				wait(time.Minute)
			}
		}
		assert.InDelta(t, 14400, got, 200)
		assert.Zero(t, g.sim.Stats(Okta).EarlyRetries)
	})
}

func gjsonInt(s string) (n int64) {
	for _, c := range s {
		n = n*10 + int64(c-'0')
	}
	return n
}

// wait lets virtual time pass.
func wait(d time.Duration) { <-time.After(d) }

func TestSlowBodyIsSlowToRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := bubble(t, LogConfig{Backlog: 100})
		require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultSlow, Prob: 1, Delay: 40 * time.Second}))
		start := time.Now()
		res := open(t.Context(), t, g)
		assert.Zero(t, time.Since(start), "the headers come at once")
		_, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.Equal(t, 40*time.Second, time.Since(start))
		assert.Len(t, g.sim.Shown(Okta), 100, "a slow body that was read to its end is healthy")
	})
}

func TestContextEndsASlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := bubble(t, LogConfig{Backlog: 100})
		require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultSlow, Prob: 1, Delay: 40 * time.Second}))
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		_, err := io.ReadAll(open(ctx, t, g).Body)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, g.sim.Shown(Okta))
	})
}

func TestLatencyEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := bubble(t, LogConfig{Backlog: 1})
		require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: FaultLatency, Prob: 1, Delay: 5 * time.Second}))
		start := time.Now()
		g.get(200, "/okta/api/v1/logs")
		assert.Equal(t, 5*time.Second, time.Since(start))
		g.client.Timeout = 3 * time.Second
		_, err := g.do(http.MethodGet, oktaURL, "", g.auth)
		var timeout interface{ Timeout() bool }
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
	})
}

func open(ctx context.Context, t *testing.T, g *rig) *http.Response {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://sim.example/okta/api/v1/logs", nil)
	require.NoError(t, err)
	g.auth(req)
	res, err := g.client.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestTransportPlaysTheNetwork(t *testing.T) {
	get := func(h http.HandlerFunc) (*http.Response, string, error) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://a.example/b?c=d", strings.NewReader("body"))
		req.RequestURI = ""
		res, err := Transport(h).RoundTrip(req)
		if err != nil {
			return nil, "", err
		}
		body, err := io.ReadAll(res.Body)
		return res, string(body), err
	}
	t.Run("the handler sees a server's request", func(t *testing.T) {
		_, body, err := get(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			_, _ = io.WriteString(w, r.Host+" "+r.RequestURI+" "+string(b)+" "+r.UserAgent())
			assert.NotNil(t, r.TLS)
		})
		require.NoError(t, err)
		assert.Equal(t, "a.example /b?c=d body Go-http-client/1.1", body)
	})
	t.Run("an abort before the answer is a reset", func(t *testing.T) {
		_, _, err := get(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	})
	t.Run("an abort in mid body is a reset while reading", func(t *testing.T) {
		res, body, err := get(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		})
		require.ErrorIs(t, err, syscall.ECONNRESET)
		assert.Equal(t, 200, res.StatusCode)
		assert.Equal(t, "half", body)
	})
	t.Run("less than the declared length is an unexpected end", func(t *testing.T) {
		res, _, err := get(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
		})
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.EqualValues(t, 10, res.ContentLength)
	})
	t.Run("headers set after the status are not sent", func(t *testing.T) {
		res, _, err := get(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			w.Header().Set("Late", "1")
		})
		require.NoError(t, err)
		assert.Equal(t, "418 I'm a teapot", res.Status)
		assert.Empty(t, res.Header.Get("Late"))
	})
	t.Run("a bug of the handler is not hidden", func(t *testing.T) {
		assert.PanicsWithError(t, "bug", func() {
			_, _, _ = get(func(http.ResponseWriter, *http.Request) { panic(errors.New("bug")) })
		})
	})
	t.Run("a closed body can't be read", func(t *testing.T) {
		res, _, err := get(func(http.ResponseWriter, *http.Request) {})
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		_, err = res.Body.Read(make([]byte, 1))
		assert.ErrorIs(t, err, errBodyClosed)
	})
}

func TestWhatNobodyReadIsNotShown(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 10})
	res := open(t.Context(), t, g)
	assert.Empty(t, g.sim.Shown(Okta))
	_, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Len(t, g.sim.Shown(Okta), 10)
}

func TestConcurrentUse(t *testing.T) {
	g := newRig(t, "", untidy())
	var wg sync.WaitGroup
	for vendor, f := range firsts() {
		if vendor == CloudTrail {
			continue // its signature needs a clock that stands still
		}
		for range 2 {
			wg.Go(func() {
				for range 3 {
					g.clock.add(time.Second)
					_, err := g.do(f.method, f.url, f.body, f.auth(g))
					assert.NoError(t, err)
					g.sim.Visible(vendor, g.clock.now())
					g.sim.Shown(vendor)
					assert.NoError(t, g.sim.SetFault(vendor, Fault{Kind: FaultLate, Prob: 0.1}))
				}
			})
		}
	}
	wg.Wait()
}

// The same faults over a real connection.
func TestServerBreaksConnectionsToo(t *testing.T) {
	g := oktaRig(t, LogConfig{Backlog: 100})
	srv := httptest.NewServer(g.sim)
	defer srv.Close()
	// Over a connection that was used before, net/http repeats a request that was reset, and nobody notices.
	g.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tests := map[Kind]func(a answer, err error){
		FaultReset:          func(_ answer, err error) { assert.Error(t, err) },
		FaultTruncateLength: func(_ answer, err error) { assert.ErrorIs(t, err, io.ErrUnexpectedEOF) },
		FaultSlow: func(a answer, err error) {
			assert.NoError(t, err)
			assert.Len(t, a.raw("@this"), 5)
		},
	}
	for kind, check := range tests {
		require.NoError(t, g.sim.SetFault(Okta, Fault{Kind: kind, Next: 1, Delay: 20 * time.Millisecond}))
		a, err := g.do(http.MethodGet, srv.URL+oktaURL, "", g.auth)
		check(a, err)
		g.sim.ClearFaults("")
	}
	a := g.get(200, srv.URL+oktaURL)
	assert.True(t, strings.HasPrefix(link(a.header, "next"), srv.URL+"/okta/"))
}

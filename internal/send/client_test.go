// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// transport answers without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, body string, header ...string) *http.Response {
	r := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

const vendor = "https://api.vendor.example/v1/logs"

func newClient(t testing.TB, s Settings, f transport) *Client {
	t.Helper()
	if s.Endpoint == nil {
		s.Endpoint = mustParse(t, vendor)
	}
	c, err := NewClient(&http.Client{Transport: f}, s)
	require.NoError(t, err)
	return c
}

func get(t testing.TB, target string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	require.NoError(t, err)
	return req
}

func requireClass(t testing.TB, err error, class Class) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, class, e.Class, e.Error())
	return e
}

func gzipped(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, s)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func TestDoReturnsTheWholeBody(t *testing.T) {
	date := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var lines strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&lines, "%x line %d\n", i*i, i)
	}
	large := lines.String()
	zipped, members := gzipped(t, large), gzipped(t, large[:70_000])+gzipped(t, large[70_000:])
	for name, resp := range map[string]func() *http.Response{
		"plain":             func() *http.Response { return reply(200, large) },
		"unknown length":    func() *http.Response { r := reply(200, large); r.ContentLength = -1; return r },
		"gzip":              func() *http.Response { return reply(200, zipped, "Content-Encoding", "gzip") },
		"x-gzip, other 2xx": func() *http.Response { return reply(206, zipped, "Content-Encoding", " X-GZIP ") },
		"two gzip members": func() *http.Response {
			return reply(200, members, "Content-Encoding", "gzip")
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, Settings{}, func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
				out := resp()
				out.Header.Set("Date", date.Format(http.TimeFormat))
				return out, nil
			})
			for range 2 { // the second time the size of the first is known
				got, err := c.Do(t.Context(), get(t, vendor))
				require.NoError(t, err)
				same := got.Body == large // not assert.Equal, which would print both
				assert.True(t, same)
				assert.Equal(t, date, got.Date.UTC())
				assert.Positive(t, got.WireBytes)
			}
		})
	}
}

func TestSuccessWithoutBody(t *testing.T) {
	got, err := do(t, Settings{}, reply(204, "ignored"))
	require.NoError(t, err)
	assert.Equal(t, 204, got.Status)
	assert.Empty(t, got.Body)
	got, err = do(t, Settings{}, reply(200, "", "Content-Encoding", "gzip"))
	require.NoError(t, err)
	assert.Empty(t, got.Body)
}

func TestDoSendsABodyAgain(t *testing.T) {
	var bodies []string
	c := newClient(t, Settings{}, func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		bodies = append(bodies, string(b))
		return reply(200, "{}"), err
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, vendor, strings.NewReader("page 1"))
	require.NoError(t, err)
	for range 2 {
		_, err := c.Do(t.Context(), req)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"page 1", "page 1"}, bodies)
	assert.Empty(t, req.Header, "the caller's request is not changed")
}

func TestRefusedURLIsNotSentNorAuthorized(t *testing.T) {
	s := Settings{Authorize: func(context.Context, *http.Request) error { t.Error("authorized"); return nil }}
	c := newClient(t, s, func(*http.Request) (*http.Response, error) { t.Error("sent"); return nil, errors.New("x") })
	_, err := c.Do(t.Context(), get(t, "https://evil.example/"))
	requireClass(t, err, ClassConfig)
}

func TestAuthorizerCannotMoveTheRequest(t *testing.T) {
	s := Settings{Authorize: func(_ context.Context, r *http.Request) error { r.URL.Host = "evil.example"; return nil }}
	c := newClient(t, s, func(*http.Request) (*http.Response, error) { t.Error("sent"); return nil, errors.New("x") })
	_, err := c.Do(t.Context(), get(t, vendor))
	requireClass(t, err, ClassConfig)
}

func TestErrorOfTheAuthorizerKeepsItsClass(t *testing.T) {
	fault := error(&Error{Class: ClassRetry, Err: errors.New("token server down")})
	s := Settings{Authorize: func(context.Context, *http.Request) error { return fault }}
	c := newClient(t, s, nil)
	_, err := c.Do(t.Context(), get(t, vendor))
	requireClass(t, err, ClassRetry)
	fault = errors.New("no key")
	_, err = c.Do(t.Context(), get(t, vendor))
	requireClass(t, err, ClassAuth)
}

func TestNetworkErrorHasNoQuery(t *testing.T) {
	s := Settings{Secrets: func() []string { return []string{"hunter2"} }}
	c := newClient(t, s, func(*http.Request) (*http.Response, error) {
		return nil, errors.New("dial https://u:p@proxy.example/x?k=v failed with hunter2")
	})
	_, err := c.Do(t.Context(), get(t, vendor+"?token=s3cr3t"))
	e := requireClass(t, err, ClassRetry)
	assert.Equal(t, "dial https://proxy.example/x?... failed with ***", e.Error())
}

func TestEndedContextIsVisible(t *testing.T) {
	c := newClient(t, Settings{RequestsPerSecond: 1}, func(r *http.Request) (*http.Response, error) { return nil, r.Context().Err() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Do(ctx, get(t, vendor))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestRateLimiterSpacesRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Settings{RequestsPerSecond: 2}, func(*http.Request) (*http.Response, error) { return reply(200, ""), nil })
		start := time.Now()
		for range 5 {
			_, err := c.Do(t.Context(), get(t, vendor))
			require.NoError(t, err)
		}
		assert.Equal(t, 2*time.Second, time.Since(start))
	})
}

func TestHugeHeaderIsRefused(t *testing.T) {
	c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
		return reply(200, "[]", "X-A", strings.Repeat("a", 300<<10)), nil
	})
	_, err := c.Do(t.Context(), get(t, vendor))
	requireClass(t, err, ClassData)

	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-A", strings.Repeat("a", 1<<20))
	}))
	defer srv.Close()
	c, err = NewClient(srv.Client(), Settings{Endpoint: mustParse(t, srv.URL)})
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	_, err = c.Do(t.Context(), get(t, srv.URL))
	requireClass(t, err, ClassRetry) // the transport gives up by itself
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3sim_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type reply struct {
	status int
	etag   string
	body   string
	err    error
}

func do(ctx context.Context, hc *http.Client, method, url, body string, headers ...string) reply {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := hc.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	return reply{status: res.StatusCode, etag: res.Header.Get("Etag"), body: string(got), err: err}
}

const url = "http://sim/b/k"

func TestConditionalWritesAnswerAsDocumented(t *testing.T) {
	for name, tc := range map[string]struct {
		mode    s3sim.Mode
		present bool
		header  string
		value   string // "etag" stands for the current one
		want    int
	}{
		"no condition creates":                    {want: 200},
		"If-None-Match * creates":                 {header: "If-None-Match", value: "*", want: 200},
		"If-None-Match * refuses an existing key": {present: true, header: "If-None-Match", value: "*", want: 412},
		"If-None-Match takes only *":              {header: "If-None-Match", value: `"x"`, want: 501},
		"If-Match replaces what it names":         {present: true, header: "If-Match", value: "etag", want: 200},
		"If-Match refuses another version":        {present: true, header: "If-Match", value: `"x"`, want: 412},
		"If-Match on a missing key is 404":        {header: "If-Match", value: `"x"`, want: 404},
		"some servers answer 412 there":           {mode: s3sim.Mode{MissingFails: true}, header: "If-Match", value: `"x"`, want: 412},
		"some servers ignore conditions":          {mode: s3sim.Mode{IgnoreConditions: true}, present: true, header: "If-Match", value: `"x"`, want: 200},
		"some servers refuse conditions":          {mode: s3sim.Mode{RejectConditions: true}, present: true, header: "If-Match", value: "etag", want: 501},
	} {
		t.Run(name, func(t *testing.T) {
			s := s3sim.New("b")
			etag := ""
			if tc.present {
				etag = do(t.Context(), s.Client(), http.MethodPut, url, "old").etag
				require.NotEmpty(t, etag)
			}
			s.SetMode(tc.mode)
			got := do(t.Context(), s.Client(), http.MethodPut, url, "new", tc.header, strings.ReplaceAll(tc.value, "etag", etag))
			require.NoError(t, got.err)
			assert.Equal(t, tc.want, got.status)
			body, _ := s.Object("b", "k")
			assert.Equal(t, tc.want == 200, string(body) == "new", "the store changes only on success")
		})
	}
}

func TestReadsAnswerAsDocumented(t *testing.T) {
	s := s3sim.New("b")
	hc := s.Client()
	assert.Equal(t, 404, do(t.Context(), hc, http.MethodGet, url, "").status)
	assert.Contains(t, do(t.Context(), hc, http.MethodGet, url, "").body, "<Code>NoSuchKey</Code>")
	assert.Contains(t, do(t.Context(), hc, http.MethodGet, "http://sim/other/k", "").body, "NoSuchBucket")
	s.SetMode(s3sim.Mode{NoList: true})
	assert.Equal(t, 403, do(t.Context(), hc, http.MethodGet, url, "").status)
	assert.Equal(t, 200, do(t.Context(), hc, http.MethodPut, url, "one").status)
	assert.Equal(t, "one", do(t.Context(), hc, http.MethodGet, url, "").body)
	assert.Empty(t, do(t.Context(), hc, http.MethodHead, url, "").body)
	assert.Equal(t, "one", do(t.Context(), hc, http.MethodGet, "https://b.s3.us-east-1.amazonaws.com/k", "").body)
	assert.Equal(t, 403, do(t.Context(), hc, http.MethodGet, url, "", "x-amz-expected-bucket-owner", "1").status)
	assert.Equal(t, 501, do(t.Context(), hc, http.MethodPut, url, "x", "x-amz-trailer", "x-amz-checksum-crc32").status)
	assert.Equal(t, 204, do(t.Context(), hc, http.MethodDelete, url, "").status)
	_, ok := s.Object("b", "k")
	assert.False(t, ok)
	assert.Len(t, s.Versions("b", "k"), 2)
	assert.Equal(t, 2, s.Count(http.MethodPut, "k"))
}

func TestListPages(t *testing.T) {
	s := s3sim.New("b")
	for _, k := range []string{"p/1", "p/2", "p/3", "q/1"} {
		s.SetObject("b", k, []byte("x"))
	}
	first := do(t.Context(), s.Client(), http.MethodGet, "http://sim/b?list-type=2&prefix=p/&max-keys=2", "").body
	assert.Contains(t, first, "<IsTruncated>true</IsTruncated>")
	assert.Contains(t, first, "<NextContinuationToken>p/2</NextContinuationToken>")
	rest := do(t.Context(), s.Client(), http.MethodGet, "http://sim/b?list-type=2&prefix=p/&continuation-token=p/2", "").body
	assert.Contains(t, rest, "<Key>p/3</Key>")
	assert.NotContains(t, rest, "q/1")
	assert.Equal(t, []string{"p/1", "p/2", "p/3", "q/1"}, s.Keys("b"))
}

func TestFaultsActWhereTheySay(t *testing.T) {
	for name, tc := range map[string]struct {
		effect  s3sim.Effect
		status  int // 0: the client gets an error
		applied string
	}{
		"reset before applies nothing":       {s3sim.ResetBefore, 0, "old"},
		"reset after has applied":            {s3sim.ResetAfter, 0, "newnew"},
		"error after has applied":            {s3sim.ErrorAfter, 500, "newnew"},
		"slow down applies nothing":          {s3sim.SlowDown, 503, "old"},
		"conflict applies nothing":           {s3sim.Conflict, 409, "old"},
		"deny applies nothing":               {s3sim.Deny, 403, "old"},
		"torn applies the first half":        {s3sim.Torn, 0, "new"},
		"hang applies nothing":               {s3sim.Hang, 0, "old"},
		"hang after has applied":             {s3sim.HangAfter, 0, "newnew"},
		"an answer of its own applies none":  {s3sim.Answer, 418, "old"},
		"late is not applied while it waits": {s3sim.Late, 0, "old"},
		"slow applies and answers":           {s3sim.Slow, 200, "newnew"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := s3sim.New("b")
				s.SetObject("b", "k", []byte("old"))
				s.Inject(s3sim.Fault{Effect: tc.effect, Method: http.MethodPut, Suffix: "k", Delay: time.Second, Status: 418})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				got := do(ctx, s.Client(), http.MethodPut, url, "newnew")
				assert.Equal(t, tc.status, got.status)
				assert.Equal(t, tc.status == 0, got.err != nil)
				body, _ := s.Object("b", "k")
				assert.Equal(t, tc.applied, string(body))
				if tc.effect == s3sim.Late {
					<-time.After(time.Second) // the bubble's clock, not the wall's
					synctest.Wait()
					body, _ = s.Object("b", "k")
					assert.Equal(t, "newnew", string(body))
				}
				assert.Equal(t, 200, do(t.Context(), s.Client(), http.MethodPut, url, "x").status, "one fault, one failure")
			})
		})
	}
}

func TestFaultsCanWaitRepeatAndHeal(t *testing.T) {
	s := s3sim.New("b")
	s.Inject(s3sim.Fault{Effect: s3sim.SlowDown, After: 1, Count: 2})
	want := []int{200, 503, 503, 200}
	for i, status := range want {
		assert.Equal(t, status, do(t.Context(), s.Client(), http.MethodPut, url, "x").status, "request %d", i)
	}
	s.Inject(s3sim.Fault{Effect: s3sim.SlowDown, Count: -1})
	for range 5 {
		assert.Equal(t, 503, do(t.Context(), s.Client(), http.MethodPut, url, "x").status)
	}
	s.Heal()
	assert.Equal(t, 200, do(t.Context(), s.Client(), http.MethodPut, url, "x").status)
}

func TestAFaultOfOneRequestHitsNoOther(t *testing.T) {
	s := s3sim.New("b")
	put := func(body string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader(body))
		require.NoError(t, err)
		return r
	}
	_, err := s.Under(s3sim.Fault{Effect: s3sim.ResetAfter}, put("one"))
	require.Error(t, err)
	assert.Equal(t, "one", do(t.Context(), s.Client(), http.MethodGet, url, "").body)
	res, err := s.Under(s3sim.Fault{}, put("two"))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, "two", do(t.Context(), s.Client(), http.MethodGet, url, "").body)
}

func TestStaleAndTornReads(t *testing.T) {
	s := s3sim.New("b")
	s.SetObject("b", "k", []byte("one!"))
	s.Inject(s3sim.Fault{Effect: s3sim.Stale, Method: http.MethodGet})
	assert.Equal(t, 404, do(t.Context(), s.Client(), http.MethodGet, url, "").status, "before the first version there was none")
	s.SetObject("b", "k", []byte("two!"))
	s.Inject(s3sim.Fault{Effect: s3sim.Stale, Method: http.MethodGet})
	assert.Equal(t, "one!", do(t.Context(), s.Client(), http.MethodGet, url, "").body)
	s.Inject(s3sim.Fault{Effect: s3sim.Torn, Method: http.MethodGet})
	torn := do(t.Context(), s.Client(), http.MethodGet, url, "")
	assert.Equal(t, "tw", torn.body)
	assert.Error(t, torn.err)
}

func TestOverRealConnectionsFaultsLookTheSame(t *testing.T) {
	s := s3sim.New("b")
	srv := httptest.NewServer(s)
	defer srv.Close()
	hc := srv.Client()
	defer hc.CloseIdleConnections()
	at := srv.URL + "/b/k"
	require.Equal(t, 200, do(t.Context(), hc, http.MethodPut, at, "abcd").status)
	s.Inject(s3sim.Fault{Effect: s3sim.ResetAfter, Method: http.MethodPut, Count: -1})
	assert.Error(t, do(t.Context(), hc, http.MethodPut, at, "efgh").err)
	s.Heal()
	s.Inject(s3sim.Fault{Effect: s3sim.Torn, Method: http.MethodGet})
	torn := do(t.Context(), hc, http.MethodGet, at, "")
	assert.Error(t, torn.err)
	assert.Equal(t, "efgh", do(t.Context(), hc, http.MethodGet, at, "").body)
	assert.Equal(t, 412, do(t.Context(), hc, http.MethodPut, at, "x", "If-None-Match", "*").status)
}

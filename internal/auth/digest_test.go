// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The examples of RFC 7616, section 3.9.1.
func TestDigestExamplesOfTheRFC(t *testing.T) {
	lines := []string{
		`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
		`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
	}
	all := parseChallenges(lines)
	require.Len(t, all, 2)
	best := bestDigest(all)
	assert.Equal(t, "SHA-256", best.algorithm())
	const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	for i, want := range []string{"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", "8ca523f5e9506fed4657c9700eebdbec"} {
		got := all[i].answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce, 1)
		assert.Contains(t, got, `response="`+want+`"`)
		assert.Contains(t, got, `nc=00000001, cnonce="`+cnonce+`"`)
		assert.Contains(t, got, `opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`)
	}
}

func TestChallenges(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  []string // scheme and realm of each
		best  string   // realm of the best digest
	}{
		{"several in one line", []string{`Basic realm="a", Digest realm="b", nonce="n", qop="auth", Bearer`}, []string{"basic a", "digest b", "bearer "}, "b"},
		{"escapes and commas inside quotes", []string{`DIGEST Realm="a\"b,c=d" , NONCE = n`}, []string{`digest a"b,c=d`}, `a"b,c=d`},
		{"best algorithm", []string{`Digest realm=a, nonce=n, algorithm=md5`, `Digest realm=b, nonce=n, algorithm=SHA-512-256-sess`}, []string{"digest a", "digest b"}, "b"},
		{"unknown algorithm", []string{`Digest realm=a, nonce=n, algorithm=SHA-3`}, []string{"digest a"}, ""},
		{"auth-int only", []string{`Digest realm=a, nonce=n, qop="auth-int"`}, []string{"digest a"}, ""},
		{"no nonce", []string{`Digest realm=a`}, []string{"digest a"}, ""},
		{"a name twice: the first counts", []string{`Digest realm=a, realm=b, nonce=n`}, []string{"digest a"}, "a"},
		{"broken quotes", []string{`Digest realm="a`}, []string{"digest "}, ""},
		{"value without scheme", []string{`realm="a"`}, []string{"realm "}, ""},
		{"nothing", []string{"", "???"}, nil, ""},
		{"too long", []string{"Digest nonce=" + strings.Repeat("a", maxChallenge)}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := parseChallenges(tt.lines)
			var got []string
			for _, c := range all {
				got = append(got, c.scheme+" "+c.params["realm"])
			}
			assert.Equal(t, tt.want, got)
			best := bestDigest(all)
			if tt.best == "" {
				assert.Nil(t, best)
				return
			}
			assert.Equal(t, tt.best, best.params["realm"])
		})
	}
}

func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="a", nonce="b", qop="auth", Basic realm="c"`)
	f.Add(`Digest nonce="\"`)
	f.Add("a==,,=\"")
	f.Fuzz(func(t *testing.T, line string) {
		if c := bestDigest(parseChallenges([]string{line})); c != nil {
			if got := c.answer("u", "hunter2", "GET", "/", "c", 1); strings.Contains(got, "hunter2") {
				t.Fatal("the password is in the answer")
			}
		}
	})
}

// digestVendor is a server whose nonce is good for a number of uses.
func digestVendor(t testing.TB, uses int, asked *atomic.Int64) *httptest.Server {
	t.Helper()
	var nonce, used int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		got := parseChallenges(r.Header.Values("Authorization"))
		if len(got) == 1 && used < uses {
			p := got[0].params
			used++
			c := challenge{params: map[string]string{"realm": "r", "nonce": fmt.Sprint("n", nonce), "qop": "auth", "algorithm": "SHA-256"}}
			want := c.answer("u", "pw", r.Method, r.RequestURI, p["cnonce"], uint32(used))
			if strings.Contains(want, `response="`+p["response"]+`"`) {
				_, _ = io.WriteString(w, "[]")
				return
			}
		}
		nonce++
		used = 0
		w.Header().Add("WWW-Authenticate", `Basic realm="r"`)
		w.Header().Add("WWW-Authenticate", fmt.Sprintf(`Digest realm="r", nonce="n%d", qop="auth,auth-int", algorithm=SHA-256`, nonce))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestDigestAnswersAndRenewsItsNonce(t *testing.T) {
	var asked atomic.Int64
	srv := digestVendor(t, 2, &asked)
	a, err := New(Config{Digest: &DigestConfig{Username: "u", Password: "pw"}}, Settings{HTTP: srv.Client()})
	require.NoError(t, err)
	status := func() int {
		req := newRequest(t, srv.URL+"/x?a=b")
		require.NoError(t, a.Authorize(t.Context(), req))
		resp, err := srv.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	assert.Equal(t, 200, status())
	assert.Equal(t, 200, status())
	assert.EqualValues(t, 3, asked.Load(), "one challenge for both")
	assert.Equal(t, 401, status(), "the nonce is used up")
	changed, err := a.Refresh(t.Context())
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, 200, status())
}

func TestWrongDigestPasswordIsTriedOnce(t *testing.T) {
	var asked atomic.Int64
	srv := digestVendor(t, 2, &asked)
	a, err := New(Config{Digest: &DigestConfig{Username: "u", Password: "wrong"}}, Settings{HTTP: srv.Client()})
	require.NoError(t, err)
	require.NoError(t, a.Authorize(t.Context(), newRequest(t, srv.URL)))
	changed, err := a.Refresh(t.Context())
	require.NoError(t, err)
	assert.False(t, changed)
}

func TestDigestWithoutChallenge(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/open":
		case "/basic":
			w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer srv.Close()
	a, err := New(Config{Digest: &DigestConfig{Username: "u", Password: "p"}}, Settings{HTTP: srv.Client()})
	require.NoError(t, err)
	req := newRequest(t, srv.URL+"/open")
	require.NoError(t, a.Authorize(t.Context(), req))
	assert.Empty(t, req.Header)
	assert.ErrorContains(t, a.Authorize(t.Context(), newRequest(t, srv.URL+"/basic")), "no digest authentication")
	assert.ErrorContains(t, a.Authorize(t.Context(), newRequest(t, srv.URL+"/down")), "500")
}

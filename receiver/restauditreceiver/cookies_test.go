// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCookiesDoNotGrow: what a vendor sets it gets back, with each request.
func TestCookiesDoNotGrow(t *testing.T) {
	for name, tc := range map[string]struct{ number, size int }{"many": {200, 10}, "large": {10, 4000}, "too large": {1, 20_000}} {
		t.Run(name, func(t *testing.T) {
			n, most := 0, 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				most = max(most, len(r.Header.Get("Cookie")))
				for range tc.number {
					n++
					http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", n), Value: strings.Repeat("x", tc.size)})
				}
			}))
			t.Cleanup(srv.Close)
			client, err := clientOf(t, newTel(t), "cookies: {}")
			require.NoError(t, err)
			for range 30 {
				_, err = askOnce(t, client, srv.URL)
				require.NoError(t, err)
			}
			assert.Less(t, most, maxCookieBytes)
			assert.LessOrEqual(t, len(client.Jar.(*smallJar).sizes), maxCookies)
		})
	}
}

func TestASessionCookieIsSentBackAndReplaced(t *testing.T) {
	n, got := 0, ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		got = r.Header.Get("Cookie")
		http.SetCookie(w, &http.Cookie{Name: "session", Value: strings.Repeat("y", 9000) + fmt.Sprint(n)})
	}))
	t.Cleanup(srv.Close)
	client, err := clientOf(t, newTel(t), "cookies: {}")
	require.NoError(t, err)
	for range 100 {
		_, err = askOnce(t, client, srv.URL)
		require.NoError(t, err)
	}
	assert.Equal(t, "session="+strings.Repeat("y", 9000)+"99", got)
}

func TestCookiesAreKeptOnlyWhenAskedFor(t *testing.T) {
	client, err := clientOf(t, newTel(t), "")
	require.NoError(t, err)
	assert.Nil(t, client.Jar)
}

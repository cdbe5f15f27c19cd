// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSecretsDoNotFollowRedirects: an extension that gets tokens sends the
// client's secret wherever its token URL redirects to.
func TestSecretsDoNotFollowRedirects(t *testing.T) {
	visits := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits++ }))
	t.Cleanup(other.Close)
	var home *httptest.Server
	home = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch to := strings.TrimPrefix(r.URL.Path, "/"); to {
		case "home":
			http.Redirect(w, r, home.URL+"/", http.StatusTemporaryRedirect)
		case "chain":
			http.Redirect(w, r, home.URL+"/away", http.StatusTemporaryRedirect)
		case "away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(home.Close)
	transport := &http.Transport{}
	keepAtOrigin(transport)
	client := &http.Client{Transport: transport.Clone()} // copies keep it
	t.Cleanup(client.CloseIdleConnections)

	for _, tc := range []struct {
		name, method, path, header, body string
		want                             bool
	}{
		{"a form at home", "POST", "/home", "", "client_secret=s", true},
		{"a header at home", "GET", "/home", "Authorization", "", true},
		{"a form", "POST", "/away", "", "client_secret=s", false},
		{"a form on the second hop", "POST", "/chain", "", "client_secret=s", false},
		{"an Authorization", "GET", "/away", "Authorization", "", false},
		{"an API key", "GET", "/chain", "X-Api-Key", "", false},
		{"nothing to lose", "GET", "/away", "Accept", "", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := visits
			req, err := http.NewRequestWithContext(t.Context(), tc.method, home.URL+tc.path, strings.NewReader(tc.body))
			require.NoError(t, err)
			if tc.header != "" {
				req.Header.Set(tc.header, "s")
			}
			res, err := client.Do(req)
			if !tc.want {
				require.ErrorIs(t, err, errLeavesOrigin)
				assert.Equal(t, before, visits)
				return
			}
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
		})
	}
}

// TestSecretsDoNotFollowRedirectsToAnOpenConnection: a transport asks nobody
// before it sends on a connection of HTTP/2 that is there.
func TestSecretsDoNotFollowRedirectsToAnOpenConnection(t *testing.T) {
	var got []string
	other := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+r.Header.Get("X-Api-Key"))
	}))
	other.EnableHTTP2 = true
	other.StartTLS()
	t.Cleanup(other.Close)
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(home.Close)
	transport := &http.Transport{}
	keepAtOrigin(transport)
	// As the Collector makes clients.
	copied := transport.Clone()
	copied.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the test's own certificates
	copied.ForceAttemptHTTP2 = true
	client := &http.Client{Transport: copied}
	t.Cleanup(client.CloseIdleConnections)

	ask := func(method, key string) error {
		req, err := http.NewRequestWithContext(t.Context(), method, home.URL, http.NoBody)
		require.NoError(t, err)
		if key != "" {
			req.Header.Set("X-Api-Key", key)
		}
		res, err := client.Do(req)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			require.NoError(t, res.Body.Close())
		}
		return err
	}
	require.NoError(t, ask(http.MethodGet, ""), "nothing to lose: it opens the connection")
	require.ErrorIs(t, ask(http.MethodGet, "c4nary"), errLeavesOrigin)
	require.ErrorIs(t, ask(http.MethodPost, ""), errLeavesOrigin)
	assert.Equal(t, []string{"GET"}, got)
}

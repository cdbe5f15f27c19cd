// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/restaudit/otelcol-audit/internal/send"
)

func writeInPlace(path, text string, stamp time.Time) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Chtimes(path, stamp, stamp)
}

// memoryStore is a TokenStore that can be broken.
type memoryStore struct {
	text  string
	fault error
	saves int
}

func (m *memoryStore) Load(context.Context) (string, error) { return m.text, m.fault }

func (m *memoryStore) Save(_ context.Context, text string) error {
	if m.fault != nil {
		return m.fault
	}
	m.saves++
	m.text = text
	return nil
}

// rotator is a vendor that takes each refresh token once.
type rotator struct {
	good string
	n    int
}

func (r *rotator) answer(form url.Values, _ *http.Request) (int, string) {
	if form.Get("refresh_token") != r.good {
		return 400, `{"error":"invalid_grant"}`
	}
	r.n++
	r.good = fmt.Sprint("r", r.n)
	return 200, fmt.Sprintf(`{"access_token":"a%d","refresh_token":"%s","expires_in":1}`, r.n, r.good)
}

func rotatingAuth(t testing.TB, vendorURL, seed string, store TokenStore) Authorizer {
	t.Helper()
	a, err := New(Config{OAuth2: &OAuth2Config{Grant: "refresh_token", TokenURL: vendorURL, ClientID: "id", RefreshToken: configopaque.String(seed)}}, Settings{Store: store})
	require.NoError(t, err)
	return a
}

// forget makes the next Authorize fetch a token.
func forget(a Authorizer) { a.(*tokenAuth).tokens.current = token{} }

func TestRotatedRefreshTokenSurvivesARestart(t *testing.T) {
	vendor := &rotator{good: "seed"}
	srv := tokenServer(t, vendor.answer)
	store := &memoryStore{}
	a := rotatingAuth(t, srv.URL, "seed", store)
	assert.Equal(t, "Bearer a1", sent(t, a))
	forget(a)
	assert.Equal(t, "Bearer a2", sent(t, a))
	assert.NotContains(t, store.text, "seed")
	assert.Subset(t, a.Secrets(), []string{"seed", "r1", "r2", "a1", "a2"}, "the vendor may say back each of them")

	a = rotatingAuth(t, srv.URL, "seed", store)
	assert.Equal(t, "Bearer a3", sent(t, a))
}

func TestNewSeedWinsOverTheStore(t *testing.T) {
	vendor := &rotator{good: "seed"}
	srv := tokenServer(t, vendor.answer)
	store := &memoryStore{}
	assert.Equal(t, "Bearer a1", sent(t, rotatingAuth(t, srv.URL, "seed", store)))
	vendor.good = "new seed" // an administrator has granted access anew
	assert.Equal(t, "Bearer a2", sent(t, rotatingAuth(t, srv.URL, "new seed", store)))
}

func TestRefusedStoredTokenFallsBackToTheSeed(t *testing.T) {
	vendor := &rotator{good: "seed"}
	srv := tokenServer(t, vendor.answer)
	store := &memoryStore{}
	assert.Equal(t, "Bearer a1", sent(t, rotatingAuth(t, srv.URL, "seed", store)))
	vendor.good = "seed"
	assert.Equal(t, "Bearer a2", sent(t, rotatingAuth(t, srv.URL, "seed", store)))
}

func TestASeedThatWorksAgainReplacesTheRefusedToken(t *testing.T) {
	asked := []string{}
	srv := tokenServer(t, func(form url.Values, _ *http.Request) (int, string) {
		asked = append(asked, form.Get("refresh_token"))
		if form.Get("refresh_token") != "seed" {
			return 400, `{"error":"invalid_grant"}`
		}
		return 200, `{"access_token":"a"}` // this vendor rotates no more
	})
	store := &memoryStore{text: fingerprint("seed") + ":old"}
	a := rotatingAuth(t, srv.URL, "seed", store)
	for range 2 {
		assert.Equal(t, "Bearer a", sent(t, a))
		forget(a)
	}
	assert.Equal(t, "Bearer a", sent(t, rotatingAuth(t, srv.URL, "seed", store)))
	assert.Equal(t, []string{"old", "seed", "seed", "seed"}, asked, "the refused token is tried once")
}

func TestTokenThatCantBeStoredIsNotUsed(t *testing.T) {
	vendor := &rotator{good: "seed"}
	srv := tokenServer(t, vendor.answer)
	store := &memoryStore{}
	a := rotatingAuth(t, srv.URL, "seed", store)
	assert.Equal(t, "Bearer a1", sent(t, a))
	forget(a)
	store.fault = errors.New("disk full")
	for range 2 {
		err := a.Authorize(t.Context(), newRequest(t, "https://a.example/"))
		var e *send.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, send.ClassRetry, e.Class)
		assert.ErrorContains(t, err, "storing the new refresh token: disk full")
	}
	assert.Equal(t, 2, vendor.n, "the vendor isn't asked again before the token is stored")
	store.fault = nil
	assert.Equal(t, "Bearer a3", sent(t, a))
	assert.Equal(t, 3, store.saves)
}

func TestUnreadableStoreIsNotAnEmptyOne(t *testing.T) {
	vendor := &rotator{good: "seed"}
	srv := tokenServer(t, vendor.answer)
	a := rotatingAuth(t, srv.URL, "seed", &memoryStore{fault: errors.New("io")})
	err := a.Authorize(t.Context(), newRequest(t, "https://a.example/"))
	assert.ErrorContains(t, err, "loading the refresh token: io")
	assert.Zero(t, vendor.n, "the seed would be used up")
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/auth"
)

// oneValue is a storage client that remembers what was set last.
type oneValue struct {
	storage.Client
	value []byte
}

func (o *oneValue) Get(context.Context, string) ([]byte, error) { return o.value, nil }

func (o *oneValue) Set(_ context.Context, _ string, value []byte) error {
	o.value = value
	return nil
}

func TestARotatedTokenIsKeptAndNotReadable(t *testing.T) {
	client := &oneValue{}
	cfg := &auth.OAuth2Config{RefreshToken: "first", ClientSecret: "secret"}
	store, err := newTokenStore(client, cfg)
	require.NoError(t, err)
	token, err := store.Load(t.Context())
	require.NoError(t, err)
	assert.Empty(t, token)

	require.NoError(t, store.Save(t.Context(), "rotated-canary"))
	assert.NotContains(t, string(client.value), "canary")
	again, err := newTokenStore(client, cfg)
	require.NoError(t, err)
	token, err = again.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "rotated-canary", token)
}

func TestAReplacedSecretMakesTheKeptTokenVoid(t *testing.T) {
	client := &oneValue{}
	store, err := newTokenStore(client, &auth.OAuth2Config{RefreshToken: "first"})
	require.NoError(t, err)
	require.NoError(t, store.Save(t.Context(), "rotated"))
	replaced, err := newTokenStore(client, &auth.OAuth2Config{RefreshToken: "second"})
	require.NoError(t, err)
	token, err := replaced.Load(t.Context())
	require.NoError(t, err)
	assert.Empty(t, token)
}

func TestATokenInPlaceOfItsFileIsNotShown(t *testing.T) {
	const token = "00Qn3kZpX9vB7wLmT2sYcRdEfGh"
	_, err := newTokenStore(&oneValue{}, &auth.OAuth2Config{RefreshTokenFile: token})
	require.ErrorContains(t, err, "`credentials::oauth2`: ")
	require.ErrorContains(t, err, "write the path of a file")
	assert.NotContains(t, err.Error(), token)
}

func TestWithoutARefreshTokenThereIsNothingToKeep(t *testing.T) {
	store, err := newTokenStore(&oneValue{}, &auth.OAuth2Config{ClientSecret: "x"})
	require.NoError(t, err)
	assert.Nil(t, store)
}

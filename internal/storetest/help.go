// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// open gives a client that is closed with the test.
func open(t testing.TB, s Store) storage.Client {
	t.Helper()
	c, err := s.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) }) // most tests have closed it
	return c
}

// reopen closes c and gives the client of the next life.
func reopen(t testing.TB, s Store, c storage.Client) storage.Client {
	t.Helper()
	require.NoError(t, c.Close(t.Context()))
	return open(t, s)
}

func set(t testing.TB, c storage.Client, key, value string) {
	t.Helper()
	require.NoError(t, c.Set(t.Context(), key, []byte(value)))
}

func wantValue(t testing.TB, c storage.Client, key, want string) {
	t.Helper()
	got, err := c.Get(t.Context(), key)
	require.NoError(t, err)
	require.NotNil(t, got, "%q is missing", key)
	if want != string(got) { // not assert.Equal: some values have a megabyte
		assert.Fail(t, "the value is not what was stored", "key %q, %d bytes for %d", key, len(got), len(want))
	}
}

func wantMissing(t testing.TB, c storage.Client, key string) {
	t.Helper()
	got, err := c.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Nil(t, got, "%q should be missing", key)
}

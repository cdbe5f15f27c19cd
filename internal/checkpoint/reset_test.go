// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/dedupe"
)

func TestResetIsAFirstStartAgain(t *testing.T) {
	m := &memory{data: map[string][]byte{KeyImport: []byte(`{}`), "oauth2.token": []byte("kept")}}
	s := NewStore(m)
	st := sample(1)
	st.Seen.Set.Chunks = []dedupe.Meta{{ID: 7}}
	require.NoError(t, s.Save(t.Context(), Commit{State: st, Chunks: map[uint64][]byte{7: []byte("x")}}))
	require.NoError(t, s.Save(t.Context(), Commit{State: st}))
	newest := m.data[KeyState]

	for range 2 { // the second time there is nothing to do
		require.NoError(t, NewStore(m).Reset(t.Context()))
		assert.Equal(t, map[string][]byte{KeyReset: newest, "oauth2.token": []byte("kept")}, m.data)
	}
	loaded, err := NewStore(m).Load(t.Context())
	require.NoError(t, err)
	assert.Nil(t, loaded.State)
}

func TestResetWorksOnACorruptState(t *testing.T) {
	m := &memory{data: map[string][]byte{KeyState: []byte("broken"), KeyPrev: []byte("too")}}
	require.NoError(t, NewStore(m).Reset(t.Context()))
	assert.Equal(t, map[string][]byte{KeyReset: []byte("broken")}, m.data)
}

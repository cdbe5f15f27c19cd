// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedactedHidesSecrets(t *testing.T) {
	u, err := url.Parse("https://user:pw@a.example/p?limit=5&tok%65n=s1&Mine=s2&%zz=s3&api_key=s4&x=#frag")
	require.NoError(t, err)
	got := Redacted(&http.Request{Method: http.MethodGet, URL: u}, []string{"mine"})
	assert.Equal(t, "GET https://a.example/p?limit=5&tok%65n=***&Mine=***&%zz=***&api_key=***&x=", got)
	assert.Empty(t, Redacted(nil, nil))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhereThePageSizeCanChange(t *testing.T) {
	set := Settings{Type: Link, PageSize: 1000, SizeParam: "limit"}
	for at, want := range map[Position]bool{
		{}: true,
		{URL: "https://a.example/logs?after=x&limit=1000"}: true,
		{URL: "https://a.example/logs?limit=all"}:          false,
		{URL: "https://a.example/logs?limit=-1"}:           false,
		{URL: "https://a.example/logs?after=x"}:            false,
		{URL: "https://a.example/%zz"}:                     false,
	} {
		assert.Equal(t, want, set.Resizable(at), "%v", at)
	}
	assert.True(t, Settings{Type: Cursor, PageSize: 5}.Resizable(Position{Cursor: "x"}))
	assert.False(t, Settings{Type: Cursor}.Resizable(Position{}), "the vendor's own size is not known")
	assert.False(t, Settings{Type: Page, PageSize: 5}.Resizable(Position{Page: 3}))
}

func TestAVendorsURLGetsAnotherPageSize(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/logs?limit=1000&after=x%2By": "https://a.example/logs?after=x%2By&limit=500",
		"https://a.example/logs?after=b&z=a":            "https://a.example/logs?after=b&z=a",
	} {
		u, err := url.Parse(in)
		require.NoError(t, err)
		Settings{PageSize: 500, SizeParam: "limit"}.Resize(u)
		assert.Equal(t, want, u.String())
	}
}

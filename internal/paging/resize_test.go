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
	assert.False(t, Settings{Type: Cursor, PageSize: 5, StopOnShortPage: true}.Resizable(Position{}), "a cursor may keep the size")
	assert.True(t, Settings{Type: Offset, PageSize: 5, StopOnShortPage: true}.Resizable(Position{}))
	assert.False(t, Settings{Type: Page, PageSize: 5}.Resizable(Position{Page: 3}))
}

func TestAVendorsURLGetsAnotherPageSize(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/logs?limit=1000&after=x%2By": "https://a.example/logs?after=x%2By&limit=500",
		"https://a.example/logs?after=b&z=a":            "https://a.example/logs?after=b&z=a",
	} {
		u, err := url.Parse(in)
		require.NoError(t, err)
		Settings{SizeParam: "limit"}.Resize(u, 500)
		assert.Equal(t, want, u.String())
	}
}

func TestASmallerSizeIsNotKept(t *testing.T) {
	set := Settings{PageSize: 25, SizeParam: "limit"} // in place of 100
	for next, want := range map[string]string{
		"https://a.example/logs?after=b&limit=25": "https://a.example/logs?after=b&limit=100",
		"https://a.example/logs?after=b&limit=10": "https://a.example/logs?after=b&limit=10", // the vendor's own bound
		"https://a.example/logs?z=1&after=b":      "https://a.example/logs?z=1&after=b",
	} {
		assert.Equal(t, want, set.Restored(next, 100))
	}
}

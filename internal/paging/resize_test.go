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
	const own = "https://a.example/logs?after=x&limit=1000"
	stream := func(typ Type) Settings { return Settings{Type: typ, Persistent: true} }
	short := func(typ Type) Settings { return Settings{Type: typ, StopOnShortPage: true} }
	for _, tc := range []struct {
		name string
		set  Settings
		at   Position
		want bool
	}{
		{"a number of a record", Settings{Type: Offset}, Position{Offset: 7}, true},
		{"a record", stream(LastID), Position{Cursor: "7"}, true},
		{"the number of a page", Settings{Type: Page}, Position{Page: 3}, false},
		{"the only page", Settings{Type: None}, Position{}, false},
		{"a cursor", stream(Cursor), Position{Cursor: "x7"}, true},
		{"a cursor that may count pages", stream(Cursor), Position{Cursor: "7"}, true},
		{"a first page before a URL", Settings{Type: Link}, Position{}, true},
		{"a URL with the size", stream(Link), Position{URL: own}, true},
		{"a URL without it", stream(NextURL), Position{URL: "https://a.example/logs?after=x"}, false},
		{"a URL with it twice", stream(Link), Position{URL: own + "&limit=5"}, false},
		{"a URL with a word", stream(Link), Position{URL: "https://a.example/logs?limit=all"}, false},
		{"a URL with less than nothing", stream(Link), Position{URL: "https://a.example/logs?limit=-1"}, false},
		{"a URL that can't be read", stream(Link), Position{URL: "https://a.example/%zz?limit=5"}, false},
		{"short pages that end a walk", short(Cursor), Position{}, false},
		{"short pages where each request says the size", short(Offset), Position{}, true},
	} {
		tc.set.PageSize, tc.set.SizeParam = 1000, "limit"
		assert.Equal(t, tc.want, tc.set.Resizable(tc.at), tc.name)
		tc.set.PageSize = 0
		assert.False(t, tc.set.Resizable(tc.at), "the vendor's own size is not known")
	}
}

func TestAVendorsURLIsAskedForLess(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/logs?limit=1000&after=x%2By%20z":  "https://a.example/logs?limit=500&after=x%2By%20z",
		"https://a.example/logs?after=1;2&flag&limit=1000":   "https://a.example/logs?after=1;2&flag&limit=500",
		"https://a.example/logs?q=100%&my_limit=7&limit=501": "https://a.example/logs?q=100%&my_limit=7&limit=500",
		"https://a.example/logs?limit=100":                   "https://a.example/logs?limit=100", // never more
		"https://a.example/logs?after=b&z=a":                 "https://a.example/logs?after=b&z=a",
		"https://a.example/logs?limit=900&limit=900":         "https://a.example/logs?limit=900&limit=900",
	} {
		u, err := url.Parse(in)
		require.NoError(t, err)
		Settings{SizeParam: "limit"}.Resize(u, 500)
		assert.Equal(t, want, u.String())
	}
}

func TestASmallerSizeDoesNotOutliveItsWalk(t *testing.T) {
	set := Settings{PageSize: 100, SizeParam: "limit"}
	for in, want := range map[string]string{
		"https://a.example/logs?after=b&limit=25":          "https://a.example/logs?after=b&limit=100",
		"https://a.example/logs?after=b&limit=10":          "https://a.example/logs?after=b&limit=10", // the vendor's own bound
		"https://a.example/logs?page=6&limit=25":           "https://a.example/logs?page=6&limit=25",  // the sixth of such pages
		"https://a.example/logs?z=1&after=b":               "https://a.example/logs?z=1&after=b",
		"https://a.example/logs/6?limit=25":                "https://a.example/logs/6?limit=25",
		"https://a.example/logs?page=6;x&limit=25":         "https://a.example/logs?page=6;x&limit=25",
		"https://a.example/logs?at=1712345678901&limit=25": "https://a.example/logs?at=1712345678901&limit=100",
		"https://a.example/logs?after=b7&limit=25":         "https://a.example/logs?after=b7&limit=100",
	} {
		got, size := set.Restored(Position{URL: in}, 25)
		assert.Equal(t, want, got.URL)
		assert.Zero(t, size)
	}
	own := Position{URL: "https://a.example/logs?after=b&limit=25"}
	got, _ := set.Restored(own, 0)
	assert.Equal(t, own, got, "nothing was smaller")
}

func TestACursorThatMayCountPagesKeepsTheirSize(t *testing.T) {
	set := Settings{Type: Cursor, PageSize: 100}
	for cursor, want := range map[string]int64{"7": 25, "x7": 0, "": 0, "1152922976252290886": 0} {
		at, size := set.Restored(Position{Cursor: cursor}, 25)
		assert.Equal(t, Position{Cursor: cursor}, at)
		assert.Equal(t, want, size, cursor)
	}
	_, size := set.Restored(Position{Cursor: "7"}, 0)
	assert.Zero(t, size)
}

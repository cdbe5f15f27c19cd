// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNext(t *testing.T) {
	for name, tc := range map[string]struct {
		settings Settings
		at       Position
		answer   Answer
		want     Next
	}{
		"none has a single page": {
			Settings{Type: None}, Position{}, Answer{Records: 5}, Next{End: true},
		},
		"offset moves by the records of the page, not by the page size": {
			Settings{Type: Offset, PageSize: 50}, Position{Offset: 50}, Answer{Records: 49}, Next{Position: Position{Offset: 99}},
		},
		"offset ends on an empty page": {
			Settings{Type: Offset, PageSize: 50}, Position{Offset: 99}, Answer{}, Next{End: true, Position: Position{Offset: 99}},
		},
		"offset ends at the vendor's total": {
			Settings{Type: Offset}, Position{Offset: 50}, Answer{Records: 50, Total: 100}, Next{End: true, Position: Position{Offset: 100}},
		},
		"a short page is not the end": {
			Settings{Type: Page, PageSize: 10}, Position{}, Answer{Records: 3}, Next{Position: Position{Page: 1}},
		},
		"a short page is the end when the config says so": {
			Settings{Type: Page, PageSize: 10, StopOnShortPage: true}, Position{}, Answer{Records: 3}, Next{End: true},
		},
		"a persistent page that is not full is asked for again": {
			Settings{Type: Page, PageSize: 10, Persistent: true}, Position{Page: 4}, Answer{Records: 3}, Next{End: true, Position: Position{Page: 4}},
		},
		"page ends at the number of pages": {
			Settings{Type: Page, TotalIsPages: true}, Position{Page: 2}, Answer{Records: 3, Total: 3}, Next{End: true, Position: Position{Page: 2}},
		},
		"cursor follows the token": {
			Settings{Type: Cursor}, Position{}, Answer{Records: 3, Cursor: "a"}, Next{Position: Position{Cursor: "a"}},
		},
		"no token is the end": {
			Settings{Type: Cursor}, Position{Cursor: "a"}, Answer{Records: 3}, Next{End: true, Position: Position{Cursor: "a"}},
		},
		"an empty page with a token is not the end": {
			Settings{Type: Cursor}, Position{Cursor: "a"}, Answer{Cursor: "b"}, Next{Position: Position{Cursor: "b"}},
		},
		"an empty page ends the poll of a persistent cursor, which is kept": {
			Settings{Type: Cursor, Persistent: true}, Position{Cursor: "a"}, Answer{Cursor: "b"}, Next{End: true, Position: Position{Cursor: "b"}},
		},
		"has_more false ends the walk though there is a token": {
			Settings{Type: Cursor, Persistent: true}, Position{}, Answer{Records: 1, Cursor: "b", More: MoreNo}, Next{End: true, Position: Position{Cursor: "b"}},
		},
		"has_more true goes on after an empty page": {
			Settings{Type: Cursor, Persistent: true}, Position{Cursor: "a"}, Answer{Cursor: "b", More: MoreYes}, Next{Position: Position{Cursor: "b"}},
		},
		"the same token again on an empty page is the end": {
			Settings{Type: Cursor}, Position{Cursor: "a"}, Answer{Cursor: "a"}, Next{End: true, Position: Position{Cursor: "a"}},
		},
		"the same token again on a page with records is a loop": {
			Settings{Type: Cursor}, Position{Cursor: "a"}, Answer{Records: 2, Cursor: "a"}, Next{End: true, Loop: true, Position: Position{Cursor: "a"}},
		},
		"the same token again is the end when the vendor says that there is no more": {
			Settings{Type: Cursor}, Position{Cursor: "a"}, Answer{Records: 2, Cursor: "a", More: MoreNo}, Next{End: true, Position: Position{Cursor: "a"}},
		},
		"an empty numbered page with has_more is not passed over": {
			Settings{Type: Page}, Position{Page: 2}, Answer{More: MoreYes}, Next{End: true, Loop: true, Position: Position{Page: 2}},
		},
		"an empty page at the same offset with has_more is a loop": {
			Settings{Type: Offset}, Position{Offset: 5}, Answer{More: MoreYes}, Next{End: true, Loop: true, Position: Position{Offset: 5}},
		},
		"the same token again with has_more is a loop": {
			Settings{Type: Cursor}, Position{Cursor: "a"}, Answer{Records: 2, Cursor: "a", More: MoreYes}, Next{End: true, Loop: true, Position: Position{Cursor: "a"}},
		},
		"okta: an empty page has a next link, the poll ends and keeps it": {
			Settings{Type: Link, Persistent: true}, Position{URL: "u1"}, Answer{URL: "u2"}, Next{End: true, Position: Position{URL: "u2"}},
		},
		"asa: the newest page has no next link and is asked for again": {
			Settings{Type: Link, Persistent: true}, Position{URL: "u1"}, Answer{Records: 7}, Next{End: true, Position: Position{URL: "u1"}},
		},
		"last_id follows the last record": {
			Settings{Type: LastID}, Position{}, Answer{Records: 2, LastID: "e2"}, Next{Position: Position{Cursor: "e2"}},
		},
		"last_id keeps its place on an empty page": {
			Settings{Type: LastID, Persistent: true}, Position{Cursor: "e2"}, Answer{}, Next{End: true, Position: Position{Cursor: "e2"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := tc.settings.Next(tc.at, tc.answer)
			if tc.want.End && !tc.settings.Persistent {
				// Where a walk that is not persistent ended does not matter.
				got.Position, tc.want.Position = Position{}, Position{}
			}
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestFindLink(t *testing.T) {
	for name, tc := range map[string]struct {
		lines []string
		want  string
	}{
		"two header lines (Okta)":        {[]string{`<https://a/?x=1>; rel="self"`, `<https://a/?x=2>; rel="next"`}, "https://a/?x=2"},
		"one line, several links":        {[]string{`<https://a/1>; rel="first", <https://a/2>; rel="next"`}, "https://a/2"},
		"several relations":              {[]string{`</p?c=2>; rel="last next"`}, "/p?c=2"},
		"a comma inside the target":      {[]string{`<https://a/?ids=1,2>; rel=next`}, "https://a/?ids=1,2"},
		"a comma inside a quoted string": {[]string{`<https://a/1>; title="x, y"; rel="prev", <https://a/2>; rel="next"`}, "https://a/2"},
		"rel without quotes, upper case": {[]string{`<https://a/2>;REL=NEXT`}, "https://a/2"},
		"only the first rel counts":      {[]string{`<https://a/2>; rel="self"; rel="next"`}, ""},
		"rel inside another parameter":   {[]string{`<https://a/2>; title="rel=next"`}, ""},
		"no next":                        {[]string{`<https://a/2>; rel="prev"`}, ""},
		"garbage":                        {[]string{`<<>>;;,,"`, `<https://a`}, ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, FindLink(tc.lines, "next")) })
	}
}

func TestResolve(t *testing.T) {
	base, err := url.Parse("https://api.example.com/v1/events?since=1")
	require.NoError(t, err)
	for ref, want := range map[string]string{
		"/v1/events?c=2":               "https://api.example.com/v1/events?c=2",
		"?c=2":                         "https://api.example.com/v1/events?c=2",
		"more?c=2":                     "https://api.example.com/v1/more?c=2",
		"//evil.example/x":             "https://evil.example/x",
		"https://other.example/a#f":    "https://other.example/a",
		"  /v1/x ":                     "https://api.example.com/v1/x",
		"/v1/x y?o=at asc&t=a%20b+c/=": "https://api.example.com/v1/x%20y?o=at%20asc&t=a%20b+c/=",
		"?q=\"ä\"":                     "https://api.example.com/v1/events?q=%22%C3%A4%22",
	} {
		got, err := Resolve(base, ref)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, ref := range []string{"http://[::1", "/a\r\nX: y", "%zz"} {
		_, err := Resolve(base, ref)
		require.ErrorIs(t, err, errNextURL)
		assert.NotContains(t, err.Error(), ref)
	}
}

func FuzzFindLink(f *testing.F) {
	f.Add(`<https://a/?x=2>; rel="next", <b>; rel=prev`)
	f.Add(`<a>;rel="\"next"`)
	f.Fuzz(func(t *testing.T, line string) {
		got := FindLink([]string{line}, "next")
		if got != "" {
			assert.Contains(t, line, "<"+got+">")
		}
	})
}

func FuzzResolve(f *testing.F) {
	base, _ := url.Parse("https://api.example.com/v1/events")
	f.Add("/x?y=1")
	f.Add("//[::1]/")
	f.Fuzz(func(t *testing.T, ref string) {
		got, err := Resolve(base, ref)
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		assert.NoError(t, err)
		assert.NotContains(t, u.RequestURI(), " ")
	})
}

func TestPositionsThatDifferHaveDifferentMarks(t *testing.T) {
	all := []Position{
		{},
		{Cursor: "a"},
		{URL: "a"},
		{Child: "a"},
		{Cursor: "\xff"},
		{Cursor: "\xfe"},
		{Cursor: "\ufffd"},
		{Cursor: `a", URL:"b`},
		{Cursor: "a", URL: "b"},
		{Offset: 1},
		{Page: 1},
		{Item: 1},
		{Offset: 11},
		{Offset: 1, Page: 1},
	}
	marks := map[[32]byte]Position{}
	for _, p := range all {
		other, taken := marks[p.Mark()]
		assert.False(t, taken, "%#v is taken for %#v", p, other)
		marks[p.Mark()] = p
	}
	assert.Equal(t, Position{Cursor: "a", Page: 2}.Mark(), Position{Cursor: "a", Page: 2}.Mark())
}

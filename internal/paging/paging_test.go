// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"net/url"
	"strings"
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
		"rel in single quotes":           {[]string{`<https://a/2>; rel='next'`}, "https://a/2"},
		"no semicolon":                   {[]string{`<https://a/2> rel="next"`}, "https://a/2"},
		"a comma in an unquoted value":   {[]string{`<https://a/1>; title=x, y; rel="self", <https://a/2>; rel="next"`}, "https://a/2"},
		"a quote in an unquoted value":   {[]string{`<https://a/1>; title=12"; rel="self", <https://a/2>; rel="next"`}, "https://a/2"},
		"an escaped quote":               {[]string{`<https://a/1>; title="12\" disk", <https://a/2>; rel="next"`}, "https://a/2"},
		"text before a link":             {[]string{`see <https://a/2>; rel="next"`}, "https://a/2"},
		"a long link before it":          {[]string{"<https://a/?" + strings.Repeat("x", 66<<10) + `>; rel="self", <https://a/2>; rel="next"`}, "https://a/2"},
		"empty":                          {[]string{"", " , ,"}, ""},
		"no link at all":                 {[]string{"null"}, ""},
		"a link to itself":               {[]string{`<>; rel="next"`}, ""},

		"it stands before what can't be read":    {[]string{`<https://a/2>; rel="next"; title="12" disk", <https://a`}, "https://a/2"},
		"it stands after a line of that kind":    {[]string{`<https://a/1>; title="the next`, `<https://a/2>; rel="next"`}, "https://a/2"},
		"what can't be read doesn't name it":     {[]string{`<https://a/1>; rel="self"; title="12" disk", <https://a/1>; rel="first"`}, ""},
		"a link without < and > is another one":  {[]string{`https://a/1; rel="prev"`}, ""},
		"a quote too many at the end of the rel": {[]string{`<https://a/2>; rel="next""`}, "https://a/2"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := FindLink(tc.lines, "next")
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestALinkThatCannotBeReadIsNoEnd(t *testing.T) {
	for name, line := range map[string]string{
		"an odd quote before it":              `<https://a/1>; rel="self"; title="12" disk", <https://a/2>; rel="next"`,
		"two odd quotes around it":            `<https://a/1>; title="12" disk", <https://a/2>; rel="next"; title="13" disk"`,
		"a quote that isn't closed before it": `<https://a/1>; title="x, <https://a/2>; rel="next"`,
		"cut off in a target":                 `<https://a/1>; rel="self", <https://a/2?x=`,
		"cut off in a quoted string":          `<https://a/1>; rel="se`,
		"a target that isn't closed":          `<https://a/2; rel="next"`,
		"no < and >":                          `https://a/2; rel="next"`,
		"a comma inside an unquoted value":    `<https://a/2>; title=x, y; rel="next"`,
		"no comma after a relation":           `<https://a/1>; rel="self" <https://a/2>; rel="next"`,
		"no comma, and no quotes":             `<https://a/1>; rel=self <https://a/2>; rel=next`,
		"no comma after a target":             `<https://a/1> <https://a/2>; rel="next"`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := FindLink([]string{`<https://a/0>; rel="first"`, line}, "next")
			require.ErrorIs(t, err, errLink)
			assert.Empty(t, got)
			assert.NotContains(t, err.Error(), "https://a")
		})
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
	f.Add(`<a>; title="12" disk", <b>; rel="next"`)
	f.Fuzz(func(t *testing.T, line string) {
		got, err := FindLink([]string{line}, "next")
		if got != "" {
			assert.NoError(t, err)
			assert.Contains(t, line, "<"+got+">")
		}
		// No link behind a whole line is lost, whatever that line is.
		const link = `<https://a/2>; rel="next"`
		behind, err := FindLink([]string{line + ", " + link}, "next")
		assert.True(t, err != nil || behind != "", "lost without an error")
		behind, err = FindLink([]string{line, link}, "next")
		assert.NoError(t, err)
		assert.NotEmpty(t, behind)
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

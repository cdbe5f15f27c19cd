// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckPathAccepts(t *testing.T) {
	for _, path := range []string{
		"id", "actor.id", "target.0.id", "@this", "@timestamp", "a.@timestamp", `@odata\.nextLink`, "id with space", "näme", "a:b", "a]b", "f(x)", `say"`,
		"data.@reverse.0.id", "data|@reverse|0", "#.id", `#(type=="user").id`, `#(name=="a.b")#.id`, `#(a.#(b=="]"))#`, "a*.b?", `a\*b`,
		"{id,actor.name}", `{"i":id,"n":[a,b]}`, "data.{a,b}", `!"constant"`, `@pretty:{"indent":""}`, "parameters.#(name==\"x\").value", "events.#.#(a)#|0",
	} {
		assert.NoError(t, CheckPath(path), path)
	}
}

func TestCheckPathRefuses(t *testing.T) {
	for path, message := range map[string]string{
		"":                           "empty path",
		".":                          "empty component",
		".a":                         "empty component",
		"a.":                         "empty component at the end",
		"a..b":                       "empty component",
		"a.|b":                       "empty component",
		"a|":                         "empty component at the end",
		"..#.a":                      "ndjson",
		`a\`:                         "backslash at the end",
		`a\.{b}`:                     "can't follow an escaped dot",
		`a.0\|!"x"`:                  "can't follow an escaped dot",
		"#(a==1":                     "missing ')'",
		"#(a==1]":                    "closes nothing",
		`#(a=="x)`:                   "open quote",
		"{a,b":                       "missing '}'",
		"data.[a":                    "missing ']'",
		"@odata.nextLink":            `@odata\.nextLink`,
		"value.@odata.etag":          `@odata\.nextLink`,
		"CloudTrailEvent.@fromstr.x": "@fromstr",
	} {
		err := CheckPath(path)
		require.Error(t, err, path)
		assert.ErrorContains(t, err, message, path)
	}
}

func TestABadPathIsAnErrorAtStart(t *testing.T) {
	for _, s := range []Settings{
		{Records: []string{"a", "b."}},
		{Fields: [][]string{{"a"}, {"b", ""}}},
		{Envelope: [][]string{{"#(a"}}},
		{Format: 200},
		{MaxRecords: -1},
	} {
		_, err := NewDecoder(s)
		assert.Error(t, err, "%#v", s)
	}
}

func TestSimplePathsAreWalkedDuringTheScan(t *testing.T) {
	for path, want := range map[string][]step{
		"@this":            nil,
		"id":               {{"id", -1}},
		"a.0.b":            {{"a", -1}, {"0", 0}, {"b", -1}},
		`a\.b.c`:           {{"a.b", -1}, {"c", -1}},
		`\9999999999`:      {{"9999999999", -1}},
		"@timestamp":       {{"@timestamp", -1}},
		"a.@type":          {{"a", -1}, {"@type", -1}},
		`@odata\.nextLink`: {{"@odata.nextLink", -1}},
		"999999999":        {{"999999999", 999999999}},
		"9999999999":       {{"9999999999", -1}},
		`\*.\\`:            {{"*", -1}, {`\`, -1}},
		"a]b":              {{"a]b", -1}},
	} {
		got, simple := simplePath(path)
		assert.True(t, simple, path)
		assert.Equal(t, want, got, path)
	}
	for _, path := range []string{"a.#", "#", "a.*", "a?", "a|b", "@this.a", "a.@reverse.0", "@reverse:x", "{a}", "a.[b]", `!"x"`, "a#b", "a.01", `a.\0`} {
		_, simple := simplePath(path)
		assert.False(t, simple, path)
	}
}

func FuzzCheckPath(f *testing.F) {
	for _, path := range []string{"a.b", `#(a=="b")#.c`, "{a,b}", `@x:{"y":[1]}`, `a\`, "!"} {
		f.Add(path)
	}
	body := `{"a":{"b":[1,{"c":"x"}]},"":{"":0},"#":[[]]}`
	f.Fuzz(func(t *testing.T, path string) {
		d, err := NewDecoder(Settings{Records: []string{path}, RecordsOptional: true, Envelope: [][]string{{path}}})
		if err != nil {
			return
		}
		if p, err := d.Decode(body); err == nil {
			for _, r := range p.Records {
				_, ok := parseValue(r.Raw)
				require.True(t, ok, "%q gave %q", path, r.Raw)
			}
		}
	})
}

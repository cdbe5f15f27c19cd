// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOnlyABracedNameIsAPlaceholder(t *testing.T) {
	for text, want := range map[string]template{
		"":                            nil,
		"plain":                       {{text: "plain"}},
		"{start}":                     {{name: "start"}},
		"a{start}b":                   {{text: "a"}, {name: "start"}, {text: "b"}},
		"{start}{end}":                {{name: "start"}, {name: "end"}},
		"{{start}}":                   {{text: "{start}"}},
		"{{{start}}}":                 {{text: "{{start}}"}},
		"{params.org-id}":             {{name: "params.org-id"}},
		"{ start }":                   {{text: "{ start }"}},
		"{}":                          {{text: "{}"}},
		"{":                           {{text: "{"}},
		"{2}":                         {{text: "{2}"}},
		"{a.b.c}":                     {{text: "{a.b.c}"}},
		"query { nodes { id } }":      {{text: "query { nodes { id } }"}},
		`{"a":{start}}`:               {{text: `{"a":`}, {name: "start"}, {text: "}"}},
		`{"filter":{"gte":"{start}"}`: {{text: `{"filter":{"gte":"`}, {name: "start"}, {text: `"}`}},
	} {
		t.Run(text, func(t *testing.T) { assert.Equal(t, want, parseTemplate(text)) })
	}
}

func TestUnknownPlaceholderListsTheKnownOnes(t *testing.T) {
	_, err := parseTemplate("{strat}").bind(map[string]string{"org": "acme"})
	require.Error(t, err)
	for _, want := range []string{"{strat}", "{start}", "{page_size}", "{params.org}", "{{strat}}"} {
		assert.Contains(t, err.Error(), want)
	}
}

func TestMixedTextWithoutValueIsAnError(t *testing.T) {
	bound, err := parseTemplate("created:>={start}").bind(nil)
	require.NoError(t, err)
	_, _, err = bound.expand(&Values{}, verbatim)
	assert.ErrorContains(t, err, "{start}")
}

func TestEmptyParameterInsideOtherTextIsAnError(t *testing.T) {
	_, err := parseTemplate("org:{params.org}").bind(map[string]string{"org": ""})
	assert.ErrorContains(t, err, "`params::org`")
}

func FuzzParseTemplate(f *testing.F) {
	for _, s := range []string{"", "a{start}b", "{{x}}", `{"a":{cursor}}`, "{params.x", "{{{", "}}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed := parseTemplate(text)
		for i, p := range parsed {
			if p.name != "" && !isName(p.name) {
				t.Fatalf("piece %d has name %q", i, p.name)
			}
			if p.name == "" && p.text == "" {
				t.Fatalf("piece %d is empty", i)
			}
		}
		// Written back with the escape for literal placeholders, it parses the same.
		var back string
		for _, p := range parsed {
			if p.name != "" {
				back += "{" + p.name + "}"
				continue
			}
			back += p.text
		}
		if len(back) > len(text) {
			t.Fatalf("parsing made text longer: %q from %q", back, text)
		}
	})
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeep(t *testing.T) {
	const event = `{"eventType":"user.session.start","actor":"Jane","severity": "WARN","n":12}`
	for name, tc := range map[string]struct {
		match, exclude []string
		text           string
		want           bool
	}{
		"no patterns keep everything":              {text: event, want: true},
		"one match pattern is enough":              {match: []string{`nothing`, `user\.session`}, text: event, want: true},
		"no match pattern matches":                 {match: []string{`nothing`, `user_session`}, text: event},
		"an exclude pattern beats a match":         {match: []string{`user\.session`}, exclude: []string{`"WARN"`}, text: event},
		"exclude alone":                            {exclude: []string{`system\.internal`}, text: event, want: true},
		"case-insensitive literal":                 {match: []string{`(?i)USER\.SESSION`}, text: event, want: true},
		"case matters without the flag":            {match: []string{`USER\.SESSION`}, text: event},
		"part of the pattern case-insensitive":     {match: []string{`(?i:USER)\.session`}, text: event, want: true},
		"mixed case is not decided by folding":     {match: []string{`(?i:USER)\.SESSION`}, text: event},
		"a wildcard between two literals":          {match: []string{`"severity":\s*"WARN"`}, text: event, want: true},
		"both literals there in the wrong order":   {match: []string{`"WARN".*"severity"`}, text: event},
		"optional edges":                           {match: []string{`.*session.*`}, text: event, want: true},
		"alternatives with a common start":         {match: []string{`user\.(session|account)\.(start|end)`}, text: event, want: true},
		"anchors hold though the literal is there": {match: []string{`^user`}, text: event},
		"word boundaries hold":                     {match: []string{`\bess\b`}, text: event},
		"short literals":                           {match: []string{`12`}, text: event, want: true},
		"no literal at all":                        {match: []string{`[0-9]+\}$`}, text: event, want: true},
		"the long s matches a folded s":            {match: []string{`(?i)session`}, text: "user.ſession", want: true},
		"the Kelvin sign matches a folded k":       {match: []string{`(?i)token`}, text: "to\u212aen", want: true},
		"letters beyond ASCII fold":                {match: []string{`(?i)überweisung`}, text: "ÜBERWEISUNG", want: true},
		"U+FFFD matches an invalid byte":           {match: []string{"user\ufffdname"}, text: "user\xffname", want: true},
		"a literal at the very end":                {match: []string{`abcdefghij`}, text: "xxxxxxx abcdefghij", want: true},
		"a literal one byte short":                 {match: []string{`abcdefghij`}, text: "xxxxxxx abcdefghi"},
		"an empty text":                            {match: []string{`abc`}},
		"a text over the limit is kept":            {match: []string{`nothing`}, text: strings.Repeat("x", MaxTextBytes+1), want: true},
		"a text of the limit is examined":          {match: []string{`nothing`}, text: strings.Repeat("x", MaxTextBytes)},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := New(Settings{Match: tc.match, Exclude: tc.exclude})
			require.NoError(t, err)
			assert.Equal(t, tc.want, f.Keep(tc.text))
		})
	}
}

func TestNilFilterKeepsEverything(t *testing.T) {
	assert.True(t, (*Filter)(nil).Keep("anything"))
}

func TestErrorsSayWhereAndWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		settings Settings
		want     []string
	}{
		"look-ahead":     {Settings{Match: []string{`ok`, `a(?=b)`}}, []string{"`match_on[1]` \"a(?=b)\"", "use match_on together with exclude_on"}},
		"back-reference": {Settings{Exclude: []string{`(a)\1`}}, []string{`exclude_on[0]`, "back-references"}},
		"glob":           {Settings{Match: []string{`*.admin`}}, []string{`match_on[0]`, `.* stands for any text`}},
		"open group":     {Settings{Match: []string{`(a`}}, []string{`match_on[0]`, `put \ before`}},
		"huge repeat":    {Settings{Match: []string{`(a{1000}){1000}`}}, []string{`match_on[0]`, "smaller repeat counts"}},
		"not UTF-8":      {Settings{Match: []string{"\xff"}}, []string{`match_on[0]`, "UTF-8"}},
		"empty":          {Settings{Exclude: []string{``}}, []string{"`exclude_on[0]` \"\"", "remove the entry"}},
		"too long":       {Settings{Match: []string{strings.Repeat("x", MaxPatternBytes+1)}}, []string{"`match_on[0]` \"xxx", "1025 bytes", "split it"}},
		"too many":       {Settings{Match: make([]string, MaxPatterns+1)}, []string{"`match_on` has 65 patterns", "join some"}},
		"all mistakes":   {Settings{Match: []string{`(`, `)`}, Exclude: []string{`[`}}, []string{"match_on[0]", "match_on[1]", "exclude_on[0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := New(tc.settings)
			require.Error(t, err)
			assert.Nil(t, f)
			for _, want := range tc.want {
				assert.ErrorContains(t, err, want)
			}
			assert.Less(t, len(err.Error()), 500)
		})
	}
}

func TestKeepAllocatesNothing(t *testing.T) {
	f, err := New(Settings{Match: dozen[:6], Exclude: dozen[6:]})
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() { f.Keep(plainEvent) }))
}

func TestFullListsWork(t *testing.T) {
	var s Settings
	for i := range MaxPatterns {
		branches := make([]string, 30)
		for j := range branches {
			branches[j] = string(rune('a'+i%26)) + strings.Repeat(string(rune('a'+j%26)), 3+j%5) + string(rune('A'+i/26))
		}
		s.Match = append(s.Match, strings.Join(branches, "|"))
		s.Exclude = append(s.Exclude, "(?i)x"+strings.Join(branches, "x|x"))
	}
	f, err := New(s)
	require.NoError(t, err)
	for i := range s.Match {
		word, _, _ := strings.Cut(s.Match[i], "|")
		assert.True(t, f.Keep("-- "+word+" --"), word)
		assert.False(t, f.Keep("-- X"+word+"X --"), word)
	}
	assert.False(t, f.Keep("-- zz --"))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keepPlain is the definition of Keep: the expressions alone.
func keepPlain(t testing.TB, s Settings, text string) bool {
	t.Helper()
	hit := func(patterns []string) bool {
		for _, p := range patterns {
			re, err := regexp.Compile(p)
			require.NoError(t, err)
			if re.MatchString(text) {
				return true
			}
		}
		return false
	}
	return (len(s.Match) == 0 || hit(s.Match)) && !hit(s.Exclude)
}

func FuzzKeepEqualsPlainExpressions(f *testing.F) {
	f.Add(`user\.session`, `(?i)admin`, `{"t":"user.session","r":"ADMIN"}`)
	f.Add(`(?i)task`, `.*foo.*`, "TA\u017fK")
	f.Add(`a(b|c)?d+[xyz]end`, `^start|stop$`, "abddyend stop")
	f.Add(`(?i)str[ks]e?abc|\bfoo`, "\ufffdabc", "STR\u212aABC \xffabc")
	f.Add(`(?:(?i)ab)Cd`, `(abc){2,3}`, "aBcabcCd ABCd")
	f.Add(`[Kk]elvin(?s:.)x`, `a?b?c?def`, "\u212aelvin def")
	f.Fuzz(func(t *testing.T, match, exclude, text string) {
		s := Settings{Match: []string{match, "(?i)" + exclude}, Exclude: []string{exclude + match}}
		filter, err := New(s)
		if err != nil || len(match)+len(exclude) > 80 || len(text) > 500 { // repeats of repeats are slow without the filter
			return
		}
		if got, want := filter.Keep(text), keepPlain(t, s, text); got != want {
			t.Fatalf("Keep = %v, the plain expressions say %v: %q on %q", got, want, s, text)
		}
	})
}

// Random expressions over a tiny alphabet and texts made of their own pieces meet the filter's cases far more often than
// random bytes do.
func TestKeepEqualsPlainExpressionsOnRandomGrammar(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	kept := 0
	rounds := 6000
	if testing.Short() {
		rounds = 1500
	}
	for range rounds {
		var s Settings
		for range rng.IntN(4) {
			s.Match = append(s.Match, expression(rng, 3))
		}
		for range rng.IntN(3) {
			s.Exclude = append(s.Exclude, expression(rng, 3))
		}
		f, err := New(s)
		if err != nil {
			require.ErrorContains(t, err, "empty pattern", s)
			continue
		}
		for range 5 {
			text := sample(rng)
			got := f.Keep(text)
			require.Equalf(t, keepPlain(t, s, text), got, "%q on %q", s, text)
			if got {
				kept++
			}
		}
	}
	assert.Greater(t, kept, rounds/2)
	assert.Less(t, kept, 4*rounds)
}

var words = []string{"abc", "abcd", "kiss", "KISS", "user.session", "User", "ſ", "\u212a", "é", "É", "\ufffd", `"ok"`, "x", "12"}

func expression(rng *rand.Rand, depth int) string {
	if depth == 0 || rng.IntN(4) == 0 {
		return regexp.QuoteMeta(words[rng.IntN(len(words))])
	}
	sub := func() string { return expression(rng, depth-1) }
	switch rng.IntN(12) {
	case 0:
		return "(?:" + sub() + "|" + sub() + ")"
	case 1:
		return "(" + sub() + ")?"
	case 2:
		return "(" + sub() + ")+"
	case 3:
		return "(" + sub() + ")*" + sub()
	case 4:
		return "(?i:" + sub() + ")"
	case 5:
		return sub() + ".*" + sub()
	case 6:
		return `\b` + sub()
	case 7:
		return "^" + sub()
	case 8:
		return "[abkKs]" + sub()
	case 9:
		return "(?:" + sub() + "){1,2}" + sub()
	default:
		return sub() + sub()
	}
}

func sample(rng *rand.Rand) string {
	var b strings.Builder
	for range rng.IntN(8) {
		w := words[rng.IntN(len(words))]
		switch rng.IntN(5) {
		case 0:
			w = strings.ToUpper(w)
		case 1:
			w = w[:rng.IntN(len(w)+1)]
		case 2:
			w += " "
		}
		b.WriteString(w)
	}
	return b.String()
}

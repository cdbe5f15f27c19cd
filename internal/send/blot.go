// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// needle is what is looked for in the views of a text.
type needle struct {
	text []byte
	// enough is how many of its first bytes count: all of them, or the start that a
	// vendor shows of a secret that it cuts.
	enough int
}

// needlesOf are the spellings of all secrets that are long enough to be looked for
// in them. With starts the first half of one counts too, but never less than
// keptSecret bytes.
func needlesOf(secrets []string, starts bool) []needle {
	var out []needle
	seen := map[string]bool{}
	for _, secret := range secrets {
		// Of "Bearer TOKEN" the start is an ordinary word, and TOKEN is known by itself.
		whole := !starts || strings.Count(secret, " ") == 1
		add := func(text string) {
			if len(text) < keptSecret || seen[text] {
				return
			}
			seen[text] = true
			n := needle{[]byte(text), len(text)}
			if !whole {
				n.enough = max(keptSecret, (len(text)+1)/2)
			}
			out = append(out, n)
		}
		if short(secret) {
			continue
		}
		views(secret, func(v view) bool {
			add(string(v.text))
			return false
		})
		for _, s := range spellings(secret)[1:] {
			add(strings.ReplaceAll(fold(s), "+", "")) // as in a view
		}
	}
	return out
}

// short is a secret of less than keptSecret bytes that a view shows.
func short(secret string) bool {
	is := len(secret) < keptSecret
	views(secret, func(v view) bool {
		is = is || len(v.text) < keptSecret
		return true
	})
	return is
}

// found tells whether one of the needles is in the text.
func found(text string, needles []needle) bool {
	is := false
	views(text, func(v view) bool {
		is = slices.ContainsFunc(needles, func(n needle) bool { return bytes.Contains(v.text, n.text[:n.enough]) })
		return is
	})
	return is
}

// span is a part of a text.
type span struct{ from, to int }

// places are where a text has the needle or enough of its start. It takes linear
// time whatever the two are (Knuth, Morris and Pratt).
func (n needle) places(text []byte) []span {
	if !bytes.Contains(text, n.text[:n.enough]) {
		return nil // which is much faster, and the rule
	}
	// falls is, for so many bytes of the needle, how many of its first ones are also
	// their last ones.
	falls := make([]int, len(n.text)+1)
	for i, k := 1, 0; i < len(n.text); i++ {
		for k > 0 && n.text[i] != n.text[k] {
			k = falls[k]
		}
		if n.text[i] == n.text[k] {
			k++
		}
		falls[i+1] = k
	}
	var out []span
	k := 0 // how much of the needle the text has just shown
	for i, c := range text {
		for k > 0 && (k == len(n.text) || c != n.text[k]) {
			k = falls[k]
		}
		if c == n.text[k] {
			k++
		}
		if k < n.enough {
			continue
		}
		if last := len(out) - 1; last >= 0 && i+1-k < out[last].to {
			out[last].to = i + 1
		} else {
			out = append(out, span{i + 1 - k, i + 1})
		}
	}
	return out
}

// spansOf are all places of the needles in the text, in their order.
func spansOf(text string, needles []needle) []span {
	var out []span
	if len(needles) == 0 {
		return nil
	}
	views(text, func(v view) bool {
		for _, n := range needles {
			for _, s := range n.places(v.text) {
				out = append(out, span{v.from[s.from], v.to[s.to-1]})
			}
		}
		return false
	})
	slices.SortFunc(out, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	return out
}

// Blot replaces known secrets, and starts of them, in all their spellings and
// whatever their case: a host name loses it, and so do the digits of an escape.
func Blot(text string, secrets []string) string {
	var b strings.Builder
	done := 0 // what of the text is written or replaced
	for _, s := range spansOf(text, needlesOf(secrets, true)) {
		if s.from >= done {
			b.WriteString(text[done:s.from])
			b.WriteString(replaced)
		}
		done = max(done, s.to)
	}
	b.WriteString(text[done:])
	text = b.String()
	for _, secret := range secrets {
		if len(secret) >= minSecret && short(secret) {
			text = blotShort(text, secret)
		}
	}
	return text
}

// blotShort replaces a secret that is looked for as it is and as it was sent: in
// other forms it may be part of ordinary text.
func blotShort(text, secret string) string {
	quoted, _ := json.Marshal(secret) //nolint:errchkjson // a text always marshals
	for _, s := range append(spellings(secret), url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`)) {
		s = fold(s)
		folded := fold(text)
		var b strings.Builder
		for {
			i := strings.Index(folded, s)
			if i < 0 {
				break
			}
			b.WriteString(text[:i] + replaced)
			text, folded = text[i+len(s):], folded[i+len(s):]
		}
		text = b.String() + text
	}
	return text
}

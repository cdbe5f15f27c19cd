// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"strings"
	"unicode"
)

const (
	maxDetail  = 200 // characters of a message
	tokenLike  = 20  // a word of letters and digits from this length may be a secret
	minSecret  = 4   // a shorter "secret" would blank out ordinary text
	replaced   = "***"
	wordBreaks = " \t\r\n\"'`()<>[]{},;"
)

// Scrub makes a text of a vendor fit for a log line: known secrets and
// token-like words are replaced, URLs lose user info and query, what can't be
// printed becomes a space, and it is cut at 200 characters.
func Scrub(text string, secrets []string) string {
	// Nothing is cut before: the rest of a cut secret would not be known as one.
	text = Redact(text, secrets)
	text = mapWords(text, func(word string) string {
		if looksSecret(word) {
			return replaced
		}
		return word
	})
	return finish(text, secrets)
}

// finish makes one short line of a text. What has been taken out of it may have
// brought the halves of a secret together.
func finish(text string, secrets []string) string { return cut(Blot(printable(text), secrets)) }

// Redact replaces known secrets, in all their spellings, cuts the queries of
// URLs, and leaves the rest of the text alone.
func Redact(text string, secrets []string) string {
	text = Blot(text, secrets)
	if !strings.Contains(text, "://") && !strings.Contains(text, "?") {
		return text
	}
	return mapWords(text, cutURL)
}

// mapWords applies f to each word and keeps what is between the words.
func mapWords(text string, f func(string) string) string {
	var b strings.Builder
	for text != "" {
		end := strings.IndexAny(text, wordBreaks)
		if end < 0 {
			end = len(text)
		}
		if end > 0 {
			b.WriteString(f(text[:end]))
		}
		if end < len(text) {
			b.WriteByte(text[end])
			end++
		}
		text = text[end:]
	}
	return b.String()
}

// cutURL takes user info, query and fragment off a word that looks like a URL
// or a path.
func cutURL(word string) string {
	scheme, rest, isURL := strings.Cut(word, "://")
	if !isURL {
		if i := strings.IndexByte(word, '?'); i >= 0 && strings.Contains(word[i:], "=") {
			return word[:i+1] + "..."
		}
		return word
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i+1] + "..."
	}
	authority, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		rest = authority[i+1:]
		if path != "" {
			rest += "/" + path
		}
	}
	return scheme + "://" + rest
}

// looksSecret is true for long words that mix letters and digits, as tokens do
// and error codes, names and dates don't.
func looksSecret(word string) bool {
	if len(word) < tokenLike || strings.Contains(word, "://") {
		return false
	}
	var letter, digit bool
	for i := range len(word) {
		c := word[i]
		letter = letter || c|0x20 >= 'a' && c|0x20 <= 'z'
		digit = digit || c >= '0' && c <= '9'
	}
	return letter && digit
}

func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

func cut(text string) string {
	n := 0
	for i := range text {
		if n == maxDetail {
			return text[:i] + "..."
		}
		n++
	}
	return text
}

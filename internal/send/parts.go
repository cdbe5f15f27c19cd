// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"slices"
	"strings"
)

// Open are texts of a configuration that everybody may see. Part of a credential
// that stands in one, such as an account in the endpoint, is no secret: a source
// whose next URLs repeat it must not stand still for that.
type Open []string

// Has tells whether the text stands in one of them.
func (o Open) Has(text string) bool {
	text = fold(text)
	return slices.ContainsFunc(o, func(s string) bool { return strings.Contains(fold(s), text) })
}

// Parts are the texts in the value of a credential header that a vendor may say
// back alone: "Token token=KEY", "KEY/ID", "session=KEY; theme=dark". Names and
// ordinary words are none of them.
func (o Open) Parts(value string) []string {
	if strings.HasPrefix(value, "AWS4-") {
		return nil // a signature: its parts are dates and regions
	}
	var parts []string
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(" \t,;\"", r) }) {
		if name, text, _ := strings.Cut(word, "="); strings.Trim(text, "=") != "" {
			word = text
		} else {
			word = name // what follows fills up base64
		}
		if strings.Contains(word, "://") {
			continue
		}
		for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == ':' || r == '/' }) {
			parts = append(parts, part)
		}
		parts = append(parts, word)
	}
	parts = slices.DeleteFunc(parts, func(part string) bool {
		return part == value || len(part) < keptSecret || wordlike(part) || o.Has(part)
	})
	slices.Sort(parts)
	return slices.Compact(parts)
}

// Alone returns a text that is a credential of its own, though it looks like a
// word: the name of a user, which is the token itself at some vendors.
func (o Open) Alone(text string) []string {
	if len(text) < keptSecret || o.Has(text) {
		return nil
	}
	return []string{text}
}

// SecretHeader tells whether the name of a header sounds like a credential.
func SecretHeader(name string) bool {
	name = fold(name)
	return slices.ContainsFunc([]string{"auth", "key", "token", "secret", "cookie", "signature", "session", "password"},
		func(word string) bool { return strings.Contains(name, word) })
}

// wordlike is true for words, numbers and what is put together from them, such
// as dates and regions: no run of letters and digits has a mix as secrets have.
func wordlike(text string) bool {
	return !slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool { return !isAlnum(r) }), mixed)
}

func mixed(run string) bool {
	if len(run) >= tokenLike {
		return true
	}
	var letter, digit bool
	turns := 0 // from a small letter to a capital one
	for i := range len(run) {
		c := run[i]
		letter = letter || isLetter(c)
		digit = digit || c >= '0' && c <= '9'
		if i > 0 && isLetter(c) && isLetter(run[i-1]) && c < 'a' && run[i-1] >= 'a' {
			turns++
		}
	}
	return letter && digit || turns > 1
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r < 0x80 && isLetter(byte(r))
}

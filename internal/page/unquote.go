// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote returns the text of a valid JSON string that still has its quotes. It
// is a slice of raw unless the string has escapes.
func unquote(raw string) string {
	text := raw[1 : len(raw)-1]
	at := strings.IndexByte(text, '\\')
	if at < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for at >= 0 {
		out = append(out, text[:at]...)
		out, text = unescape(out, text[at:])
		at = strings.IndexByte(text, '\\')
	}
	return string(append(out, text...))
}

// unescape appends what the escape at the start of text stands for, and returns the rest.
func unescape(out []byte, text string) ([]byte, string) {
	switch c := text[1]; c {
	case 'b':
		return append(out, '\b'), text[2:]
	case 'f':
		return append(out, '\f'), text[2:]
	case 'n':
		return append(out, '\n'), text[2:]
	case 'r':
		return append(out, '\r'), text[2:]
	case 't':
		return append(out, '\t'), text[2:]
	case 'u':
		r, size := unescapeRune(text)
		return utf8.AppendRune(out, r), text[size:]
	default: // a quote, a backslash or a slash stands for itself
		return append(out, c), text[2:]
	}
}

// unescapeRune reads \uXXXX, or the surrogate pair \uXXXX\uXXXX (RFC 8259
// section 7). A surrogate without its partner is U+FFFD.
func unescapeRune(text string) (r rune, size int) {
	r = hex4(text[2:6])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(text) >= 12 && text[6] == '\\' && text[7] == 'u' {
		if pair := utf16.DecodeRune(r, hex4(text[8:12])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

// hex4 reads four hexadecimal digits, which the scanner has checked.
func hex4(digits string) rune {
	var r rune
	for i := range 4 {
		c := rune(digits[i])
		if c >= 'A' {
			c = c&^0x20 - 'A' + '0' + 10
		}
		r = r<<4 | (c - '0')
	}
	return r
}

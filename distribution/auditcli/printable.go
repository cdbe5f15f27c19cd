// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// printable is a text of a vendor, or of a storage, as it may go to a terminal:
// in one line, with all that isn't printable written as Go writes it (\x1b,
// \u202e). A terminal would obey it, or show another text than there is.
func printable(s string) string {
	return escaped(s, func(r rune) string { return strings.Trim(strconv.QuoteRune(r), "'") }, "")
}

// printableLines is printable for a text of several lines.
func printableLines(s string) string {
	return escaped(s, func(r rune) string { return strings.Trim(strconv.QuoteRune(r), "'") }, "\n\t")
}

// printableJSON is a JSON text with the same value, in which nothing but the
// space between values isn't printable.
func printableJSON(s string) string {
	return escaped(s, func(r rune) string {
		if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
			return fmt.Sprintf(`\u%04x\u%04x`, high, low)
		}
		return fmt.Sprintf(`\u%04x`, r)
	}, "\n\r\t")
}

// escaped passes through escape what isn't printable and isn't in kept. A byte
// that is no UTF-8 becomes U+FFFD.
func escaped(s string, escape func(rune) string, kept string) string {
	fine := func(r rune) bool { return unicode.IsPrint(r) || strings.ContainsRune(kept, r) }
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !fine(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if fine(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

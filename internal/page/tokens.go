// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"math/bits"
	"strings"
)

// str walks over a string.
func (s *scanner) str(i int) int {
	text := s.text
	if i = plain(text, i+1); i < len(text) && text[i] == '"' {
		return i + 1
	}
	return s.strEscaped(i)
}

// strEscaped goes on with a string behind its first escape.
func (s *scanner) strEscaped(i int) int {
	text := s.text
	for i < len(text) && text[i] == '\\' {
		if i = s.escape(i); i < 0 {
			return -1
		}
		if i = plain(text, i); i < len(text) && text[i] == '"' {
			return i + 1
		}
	}
	return s.fail(ErrSyntax, i)
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain returns the index of the first byte at or after i that means something
// in a string: a quote, a backslash or a control character; or the length of text.
//
// It looks at eight bytes at a time. With all high bits set no subtraction
// borrows from a neighbour, so afterwards a high bit is clear exactly where the
// lower seven bits match; x takes out the bytes that are not ASCII.
func plain(text string, i int) int {
	for i+8 <= len(text) {
		x := load8(text[i : i+8])
		y := x | highs
		n := ((y ^ ones*'"') - ones) & ((y ^ ones*'\\') - ones) & (y - ones*' ')
		if hit := ^(n | x) & highs; hit != 0 {
			return i + bits.TrailingZeros64(hit)>>3
		}
		i += 8
	}
	for i < len(text) && text[i] >= ' ' && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}

// load8 reads eight bytes, the first of them lowest.
func load8(t string) uint64 {
	_ = t[7]
	return uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
		uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
}

// escape walks over the escape whose backslash is at i.
func (s *scanner) escape(i int) int {
	text := s.text
	if i+1 >= len(text) {
		return s.fail(ErrSyntax, i+1)
	}
	switch text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		for k := i + 2; k < i+6; k++ {
			if k >= len(text) || !isHex(text[k]) {
				return s.fail(ErrSyntax, k)
			}
		}
		return i + 6
	}
	return s.fail(ErrSyntax, i+1)
}

// isHex reports whether c is a hexadecimal digit.
func isHex(c byte) bool {
	return c-'0' < 10 || (c|0x20)-'a' < 6
}

// scalar walks over a number or a literal.
func (s *scanner) scalar(i int) int {
	rest := s.text[i:]
	switch rest[0] {
	case 't':
		if strings.HasPrefix(rest, "true") {
			return i + 4
		}
		return s.literal(i, "true")
	case 'f':
		if strings.HasPrefix(rest, "false") {
			return i + 5
		}
		return s.literal(i, "false")
	case 'n':
		if strings.HasPrefix(rest, "null") {
			return i + 4
		}
		return s.literal(i, "null")
	default:
		return s.number(i)
	}
}

// literal walks over a word byte by byte, to find where it goes wrong.
func (s *scanner) literal(i int, word string) int {
	for k := range len(word) {
		if i+k >= len(s.text) || s.text[i+k] != word[k] {
			return s.fail(ErrSyntax, i+k)
		}
	}
	return i + len(word)
}

// number walks over a number (RFC 8259 section 6): no plus, no leading zeros, a
// digit on both sides of the point.
func (s *scanner) number(i int) int {
	text := s.text
	if i < len(text) && text[i] == '-' {
		i++
	}
	digits := i
	i = skipDigits(text, i)
	if i == digits || text[digits] == '0' && i > digits+1 {
		return s.fail(ErrSyntax, min(i, digits+1))
	}
	if i < len(text) && text[i] == '.' {
		digits = i + 1
		if i = skipDigits(text, digits); i == digits {
			return s.fail(ErrSyntax, i)
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		i++
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		digits = i
		if i = skipDigits(text, digits); i == digits {
			return s.fail(ErrSyntax, i)
		}
	}
	return i
}

// skipDigits returns the index of the first byte at or after i that is no digit.
func skipDigits(text string, i int) int {
	for i < len(text) && text[i]-'0' < 10 {
		i++
	}
	return i
}

// skipSpace returns the index of the first byte at or after i that is no white space.
func skipSpace(text string, i int) int {
	for i < len(text) && text[i] <= ' ' && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

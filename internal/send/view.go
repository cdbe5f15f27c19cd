// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"bytes"
	"html"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxRounds is how often escapes inside of escapes are read: JSON in JSON in a
// log line of JSON.
const maxRounds = 4

// view is a text in another form, which knows where each of its bytes comes from.
type view struct {
	text     []byte
	from, to []int // of each byte, in the original
}

// views calls visit with the text as somebody reads it: in lower case, without
// blanks and what can't be seen; then with its escapes read, once and again, until
// there are none or visit returns true. It takes linear time: each round looks at
// each byte once, or at the few of an escape.
func views(text string, visit func(view) (stop bool)) {
	v := view{text: []byte(text), from: make([]int, len(text)), to: make([]int, len(text))}
	for i := range len(text) {
		v.from[i], v.to[i] = i, i+1
	}
	for range maxRounds + 1 {
		if visit(v.compact()) {
			return
		}
		next, changed := v.unescape()
		if !changed {
			return
		}
		v = next
	}
}

// compact leaves out blanks, "+" which is one in a query, and what can't be seen.
func (v view) compact() view {
	out := view{text: make([]byte, 0, len(v.text)), from: make([]int, 0, len(v.text)), to: make([]int, 0, len(v.text))}
	for i := 0; i < len(v.text); {
		r, size := utf8.DecodeRune(v.text[i:])
		if r > ' ' && r != '+' && r != utf8.RuneError && unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r) {
			for j := i; j < i+size; j++ {
				out.add(lower(v.text[j]), v.from[i], v.to[i+size-1])
			}
		}
		i += size
	}
	return out
}

func (v *view) add(c byte, from, to int) {
	v.text, v.from, v.to = append(v.text, c), append(v.from, from), append(v.to, to)
}

// unescape reads percent signs, backslashes and HTML entities.
func (v view) unescape() (out view, changed bool) {
	out = view{text: make([]byte, 0, len(v.text)), from: make([]int, 0, len(v.text)), to: make([]int, 0, len(v.text))}
	for i := 0; i < len(v.text); {
		plain, n := v.text[i:i+1], 1
		switch v.text[i] {
		case '%':
			plain, n = percent(v.text[i:])
		case '\\':
			plain, n = backslash(v.text[i:])
		case '&':
			plain, n = entity(v.text[i:])
		}
		changed = changed || n > 1
		for _, c := range plain {
			out.add(c, v.from[i], v.to[i+n-1])
		}
		i += n
	}
	return out, changed
}

// percent reads %2f and %u002f. As the two below, it returns what the escape at
// the start of the text stands for, and its length; the first byte and 1 if there
// is none.
func percent(text []byte) (plain []byte, n int) {
	if len(text) > 1 && lower(text[1]) == 'u' {
		if r, ok := number(text[2:], 4, 16); ok {
			return utf8.AppendRune(nil, r), 6
		}
	}
	if b, ok := number(text[1:], 2, 16); ok {
		return []byte{byte(b)}, 3
	}
	return text[:1], 1
}

// backslash reads \u002f, \x2f, \057, \n, \/ and the like.
func backslash(text []byte) (plain []byte, n int) {
	if len(text) < 2 {
		return text[:1], 1
	}
	switch text[1] {
	case 'u':
		r, ok := number(text[2:], 4, 16)
		if !ok {
			return text[1:2], 2
		}
		if len(text) >= 12 && text[6] == '\\' && text[7] == 'u' {
			low, ok := number(text[8:], 4, 16)
			if whole := utf16.DecodeRune(r, low); ok && whole != utf8.RuneError {
				return utf8.AppendRune(nil, whole), 12
			}
		}
		return utf8.AppendRune(nil, r), 6
	case 'x':
		if b, ok := number(text[2:], 2, 16); ok {
			return []byte{byte(b)}, 4
		}
	case 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return []byte{'\n'}, 2
	case '0', '1', '2', '3':
		if b, ok := number(text[1:], 3, 8); ok {
			return []byte{byte(b)}, 4
		}
	}
	return text[1:2], 2
}

// number reads so many digits.
func number(text []byte, digits, base int) (rune, bool) {
	if len(text) < digits {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[:digits]), base, 32)
	return rune(n), err == nil
}

// longestEntity is that of the entities for characters that secrets have: their
// names are shorter, and numbers may have zeros in front.
const longestEntity = 16

// entity reads &amp; &#47; and &#x2f;
func entity(text []byte) (plain []byte, n int) {
	n = bytes.IndexByte(text[:min(len(text), longestEntity)], ';') + 1
	if read := html.UnescapeString(string(text[:n])); read != string(text[:n]) {
		return []byte(read), n
	}
	return text[:1], 1
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

// appendQuoted appends text as a JSON string. Bytes that are not UTF-8 are kept,
// as they are in the strings of a JSON body.
func appendQuoted[T string | []byte](out []byte, text T) []byte {
	out = append(out, '"')
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			out = appendEscaped(out, c)
		} else {
			out = append(out, c)
		}
	}
	return append(out, '"')
}

// appendEscaped appends a character that may not stand for itself in a JSON string.
func appendEscaped(out []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(out, '\\', c)
	case '\n':
		return append(out, '\\', 'n')
	case '\r':
		return append(out, '\\', 'r')
	case '\t':
		return append(out, '\\', 't')
	default:
		return append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
}

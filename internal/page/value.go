// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import "strings"

// Kind is the JSON type of a Value.
type Kind uint8

// The kinds. The zero Kind is Missing: the path leads nowhere.
const (
	Missing Kind = iota
	Null
	False
	True
	Number
	String
	Array
	Object
)

// Value is a picked JSON value, or the zero Value if the path leads nowhere.
type Value struct {
	Kind Kind
	// Raw is the exact JSON text; strings include their quotes.
	Raw string
}

// Exists reports whether the path led to a value, null included.
func (v Value) Exists() bool { return v.Kind != Missing }

// Text returns the value as text: a string without quotes and escapes, nothing
// for null and missing, and the JSON text of anything else. It allocates only
// for a string with escapes. A lone surrogate escape becomes U+FFFD; bytes that
// are not UTF-8 are kept.
func (v Value) Text() string {
	switch v.Kind {
	case Missing, Null:
		return ""
	case String:
		return unquote(v.Raw)
	default:
		return v.Raw
	}
}

// Truthy reads the value as a flag, such as a vendor's has_more:
//
//	missing, null, false               false
//	a number that is zero              false
//	"", "0", "false" in any case       false
//	an empty array or object           false
//	anything else                      true
func (v Value) Truthy() bool {
	switch v.Kind {
	case True:
		return true
	case Number:
		return !isZero(v.Raw)
	case String:
		text := v.Text()
		return text != "" && text != "0" && !strings.EqualFold(text, "false")
	case Array, Object:
		return len(v.Raw) > 2 && skipSpace(v.Raw, 1) < len(v.Raw)-1
	default:
		return false
	}
}

// isZero reports whether a JSON number is zero: all digits before the exponent are.
func isZero(number string) bool {
	for i := range len(number) {
		switch c := number[i]; {
		case c == 'e' || c == 'E':
			return true
		case c >= '1' && c <= '9':
			return false
		}
	}
	return true
}

// kindOf returns the kind of a valid JSON value by its first byte.
func kindOf(first byte) Kind {
	switch first {
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	case 't':
		return True
	case 'f':
		return False
	case 'n':
		return Null
	default:
		return Number
	}
}

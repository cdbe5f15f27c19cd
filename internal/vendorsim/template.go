// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"strconv"
	"strings"
)

// field appends one part of an event.
type field func(dst []byte, e Event) []byte

// common are the placeholders that every vendor's template can use.
var common = map[string]field{
	"index": func(dst []byte, e Event) []byte { return appendIndex(dst, e.Index) },
	"n":     func(dst []byte, e Event) []byte { return strconv.AppendInt(dst, int64(e.Index), 10) },
	"hex":   func(dst []byte, e Event) []byte { return appendHex(dst, e.Dice) },
	"hex32": func(dst []byte, e Event) []byte { return appendHex(dst, e.Dice)[:len(dst)+8] },
	"pid":   func(dst []byte, e Event) []byte { return append(dst, e.person().id...) },
	"name":  func(dst []byte, e Event) []byte { return append(dst, e.person().name...) },
	"email": func(dst []byte, e Event) []byte { return append(dst, e.person().email...) },
	"ip":    func(dst []byte, e Event) []byte { return append(dst, e.ip()...) },
	"agent": func(dst []byte, e Event) []byte { return e.padding(append(dst, e.agent()...)) },
}

// appendHex appends 16 hexadecimal digits.
func appendHex(dst []byte, n uint64) []byte {
	const digits = "0123456789abcdef"
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, digits[n>>shift&15])
	}
	return dst
}

// in makes the field that writes the event time in a layout.
func in(layout string) field {
	return func(dst []byte, e Event) []byte { return e.appendTime(dst, layout) }
}

// oneOf makes the field that writes one of some texts; what names the question, so that fields with the same `what` and
// as many texts go together.
func oneOf(what uint64, texts ...string) field {
	return func(dst []byte, e Event) []byte { return append(dst, texts[e.pick(what, len(texts))]...) }
}

// compile turns the text of an event into its renderer. A placeholder is a name between two dollar signs; own names win
// over the common ones, unknown names stay as they are.
func compile(text string, own map[string]field) field {
	var parts []field
	for {
		literal, rest, found := strings.Cut(text, "$")
		parts = append(parts, func(dst []byte, _ Event) []byte { return append(dst, literal...) })
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "$")
		f, ok := own[name]
		if !ok {
			f, ok = common[name]
		}
		if !ok {
			f = func(dst []byte, _ Event) []byte { return append(dst, "$"+name+"$"...) }
		}
		parts, text = append(parts, f), after
	}
	return func(dst []byte, e Event) []byte {
		for _, p := range parts {
			dst = p(dst, e)
		}
		return dst
	}
}

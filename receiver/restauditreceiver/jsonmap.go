// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/restaudit/otelcol-audit/internal/page"
)

// Bounds of a map body. What exceeds them stays in the record as JSON text.
const (
	// maxMapDepth is how deep maps and slices nest; decoders of protobuf in
	// other languages stop at about 100 messages, and each level takes three (F27).
	maxMapDepth = 32
	// maxMapKeys is how many keys one map has. Inserting looks for a duplicate
	// first, so the time for an object grows with the square of its keys.
	maxMapKeys = 256
	// maxMapValues is how many values one body has: each takes several times the
	// memory of the three bytes that can make one.
	maxMapValues = 1 << 14
	// usualMembers is the room that a map gets at first: most objects of events
	// fit, and one allocation of this size costs less than growing to it.
	usualMembers = 8
)

// setJSONMap writes a JSON object as a map in one pass over its text, which must
// be valid. Strings without escapes are slices of the text. Of duplicate keys
// the first wins, as it does for picked attributes (F28); numbers are written as
// setNumber says. It reports false, and the value is not usable, if the object is
// empty or has more values than maxMapValues.
func setJSONMap(value pcommon.Value, object string) bool {
	m := mapper{text: object, left: maxMapValues}
	m.value(value, 1)
	return m.left >= 0 && value.Type() == pcommon.ValueTypeMap && value.Map().Len() > 0
}

// mapper reads one valid JSON text from its start to its end.
type mapper struct {
	text string
	pos  int
	// left is how many values may still be written. Below 0 nothing is written.
	left int
}

// value reads the value at pos into dst. depth is that of dst as a container;
// the recursion is bounded by maxMapDepth.
func (m *mapper) value(dst pcommon.Value, depth int) {
	if m.left--; m.left < 0 {
		return
	}
	switch c := m.text[m.pos]; c {
	case '{', '[':
		start := m.pos
		if depth <= maxMapDepth && m.container(dst, c, depth) {
			return
		}
		m.pos = start
		m.skipContainer()
		dst.SetStr(m.text[start:m.pos])
	case '"':
		dst.SetStr(m.string())
	case 't', 'f':
		dst.SetBool(c == 't')
		m.skipWord()
	case 'n':
		m.skipWord()
	default:
		start := m.pos
		m.skipWord()
		setNumber(dst, m.text[start:m.pos])
	}
}

// container reads an object or array. It reports false for an object with too many keys.
func (m *mapper) container(dst pcommon.Value, open byte, depth int) bool {
	m.pos++
	if open == '[' {
		m.elements(dst.SetEmptySlice(), depth)
		return true
	}
	return m.members(dst.SetEmptyMap(), depth)
}

// elements reads what follows the bracket of an array.
func (m *mapper) elements(slice pcommon.Slice, depth int) {
	for m.next(']') {
		m.value(slice.AppendEmpty(), depth+1)
	}
}

// members reads what follows the brace of an object.
func (m *mapper) members(members pcommon.Map, depth int) bool {
	members.EnsureCapacity(usualMembers)
	for m.next('}') {
		key := m.string()
		m.skip(':')
		member, duplicate := members.GetOrPutEmpty(key)
		if duplicate {
			member = pcommon.NewValueEmpty()
		}
		m.value(member, depth+1)
		if members.Len() > maxMapKeys {
			return false
		}
	}
	return true
}

// next moves to the next member or element and reports whether there is one
// before the closing byte, which it steps over.
func (m *mapper) next(end byte) bool {
	if m.left < 0 {
		return false
	}
	m.skip(',')
	if m.text[m.pos] != end {
		return true
	}
	m.pos++
	return false
}

// skip moves over white space and separators of one kind. Between the tokens of
// a valid text, all bytes up to the space are white space.
func (m *mapper) skip(separator byte) {
	for c := m.text[m.pos]; c <= ' ' || c == separator; c = m.text[m.pos] {
		m.pos++
	}
}

// skipWord moves to the end of a number, true, false or null.
func (m *mapper) skipWord() {
	for m.pos < len(m.text) {
		if c := m.text[m.pos]; c <= ' ' || c == ',' || c == ']' || c == '}' {
			return
		}
		m.pos++
	}
}

// string reads a string and returns its text.
func (m *mapper) string() string {
	start := m.pos
	escaped := m.skipString()
	if !escaped {
		return m.text[start+1 : m.pos-1]
	}
	return page.Value{Kind: page.String, Raw: m.text[start:m.pos]}.Text()
}

// skipString moves over a string and reports whether it has escapes.
func (m *mapper) skipString() (escaped bool) {
	m.pos++
	for {
		switch m.text[m.pos] {
		case '"':
			m.pos++
			return escaped
		case '\\':
			escaped = true
			m.pos++
		}
		m.pos++
	}
}

// skipContainer moves over an object or array of any depth.
func (m *mapper) skipContainer() {
	depth := 0
	for {
		switch m.text[m.pos] {
		case '"':
			m.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		m.pos++
		if depth == 0 {
			return
		}
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

func (b *jsonBody) render(v *Values) (string, error) {
	var out bytes.Buffer
	ok, err := b.root.write(&out, v)
	if err != nil || !ok {
		return "", err
	}
	return out.String(), nil
}

// write appends the value. ok is false when it consists of a placeholder
// without a value; then nothing was written.
func (n *node) write(out *bytes.Buffer, v *Values) (ok bool, err error) {
	switch n.kind {
	case 'l':
		out.WriteString(n.literal)
		return true, nil
	case '{':
		return true, n.writeObject(out, v)
	case '[':
		return true, n.writeArray(out, v)
	}
	text, ok, err := n.text.expand(v, verbatim)
	if err != nil || !ok {
		return false, err
	}
	if n.kind == '0' && isBare(text) && !(n.isText(v) && strings.ContainsAny(text[:1], "[{")) {
		out.WriteString(text)
		return true, nil
	}
	return true, writeString(out, text)
}

// isText tells whether the node is a param that is one text.
func (n *node) isText(v *Values) bool {
	name, _ := n.text.only()
	key, isParam := strings.CutPrefix(name, paramPrefix)
	return isParam && slices.Contains(v.Texts, key)
}

func (n *node) writeObject(out *bytes.Buffer, v *Values) error {
	out.WriteByte('{')
	first := true
	for _, m := range n.members {
		mark := out.Len()
		if !first {
			out.WriteByte(',')
		}
		if err := writeString(out, m.name); err != nil {
			return err
		}
		out.WriteByte(':')
		ok, err := m.value.write(out, v)
		if err != nil {
			return fmt.Errorf("member %s: %w", m.name, err)
		}
		if !ok {
			out.Truncate(mark)
			continue
		}
		first = false
	}
	out.WriteByte('}')
	return nil
}

func (n *node) writeArray(out *bytes.Buffer, v *Values) error {
	out.WriteByte('[')
	first := true
	for _, item := range n.items {
		mark := out.Len()
		if !first {
			out.WriteByte(',')
		}
		ok, err := item.write(out, v)
		if err != nil {
			return err
		}
		if !ok {
			out.Truncate(mark)
			continue
		}
		first = false
	}
	out.WriteByte(']')
	return nil
}

// writeString writes a JSON string. The characters < > & stay as they are: the
// body isn't HTML, and query languages use them.
func writeString(out *bytes.Buffer, s string) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the encoder's newline
	return nil
}

// isBare reports whether s is a JSON number, array or object, so that it may go
// in without quotes (JumpCloud's search_after is an array).
func isBare(s string) bool {
	if s == "" || s[0] != '-' && s[0] != '[' && s[0] != '{' && (s[0] < '0' || s[0] > '9') {
		return false
	}
	return json.Valid([]byte(s))
}

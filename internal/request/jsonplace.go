// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"errors"
	"slices"
	"strings"
)

// place puts a parameter at a dot path, creating objects on the way.
func (b *jsonBody) place(p Param, value template) error {
	path := splitPath(p.Name)
	if len(path) > maxBodyDepth || slices.Contains(path, "") {
		return errors.New("is not a path of names with dots between them")
	}
	at := b.root
	for _, name := range path[:len(path)-1] {
		if at.kind != '{' {
			break
		}
		next := at.child(name)
		if next == nil {
			next = &node{kind: '{'}
			at.members = append(at.members, member{name: name, value: next})
		}
		at = next
	}
	if at.kind != '{' {
		return errors.New("leads through something in `request::body` that is not an object")
	}
	last := path[len(path)-1]
	if at.child(last) != nil {
		return errors.New("is also in `request::body`")
	}
	leaf := &node{kind: '"', text: value}
	if name, ok := value.only(); ok && (p.AsNumber || slices.Contains(numericNames, name)) {
		leaf.kind = '0'
	}
	at.members = append(at.members, member{name: last, value: leaf})
	return nil
}

func (n *node) child(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// splitPath cuts at dots that have no backslash before them.
func splitPath(path string) []string {
	var (
		out []string
		cur strings.Builder
	)
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			cur.WriteByte(path[i])
		case path[i] == '.':
			out = append(out, cur.String())
			cur.Reset()
		default:
			cur.WriteByte(path[i])
		}
	}
	return append(out, cur.String())
}

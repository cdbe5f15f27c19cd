// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

// node is one place in the tree of all wanted paths: what is wanted of the value
// there, and which of its members or elements lead on.
type node struct {
	members []member
	lengths uint64 // bit n is set if some member's key has n bytes; bit 63 stands for all longer ones
	indexed bool   // some member is also an index
	targets []target
	records bool // the value is the record array
	once    bool // the value holds records, so a second one at its place would be lost

	// embedded says that the value, if it is a string, holds JSON text which the members lead into.
	embedded bool
}

// member is a step further down. Its node serves a key of an object and, if
// index is not negative, an element of an array.
type member struct {
	key   string
	index int
	node  *node
}

// target says where a value goes.
type target struct {
	field int // index in picks.values
	rank  int // which of the field's candidates, 0 is the best
	bit   int // index in picks.taken, -1 if the field has only one candidate
}

// find returns the node that the steps lead to, and makes it if it is missing.
func (n *node) find(steps []step) *node {
	for _, s := range steps {
		n = n.child(s)
	}
	return n
}

// step returns the node of one step, or nil.
func (n *node) step(s step) *node {
	for _, m := range n.members {
		if m.key == s.key && m.index == s.index {
			return m.node
		}
	}
	return nil
}

// child returns the node of one step, and makes it if it is missing.
func (n *node) child(s step) *node {
	if child := n.step(s); child != nil {
		return child
	}
	child := new(node)
	n.members = append(n.members, member{key: s.key, index: s.index, node: child})
	n.lengths |= 1 << min(len(s.key), 63)
	n.indexed = n.indexed || s.index >= 0
	return child
}

// member returns the node for a key of an object, given with its quotes, or nil
// if it leads nowhere.
func (n *node) member(quoted string, escaped bool) *node {
	key := quoted[1 : len(quoted)-1]
	if escaped {
		key = unquote(quoted)
	}
	if n.lengths>>min(len(key), 63)&1 == 0 {
		return nil
	}
	for i := range n.members {
		// Keys are never empty, since CheckPath refuses empty components.
		if m := &n.members[i]; len(m.key) == len(key) && m.key[0] == key[0] && m.key == key {
			return m.node
		}
	}
	return nil
}

// element returns the node for an element of an array, or nil if it leads nowhere.
func (n *node) element(index int) *node {
	if !n.indexed {
		return nil
	}
	for i := range n.members {
		if n.members[i].index == index {
			return n.members[i].node
		}
	}
	return nil
}

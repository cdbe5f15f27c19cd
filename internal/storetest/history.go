// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import "math"

// Kind is what an operation does to a register.
type Kind uint8

// The kinds of operations.
const (
	Read  Kind = iota // gave Value
	Write             // set Value
	Swap              // set Value where Old was
)

// Op is one operation on one register, as its caller saw it. An empty value is
// a register that was never written.
type Op struct {
	Kind       Kind
	Value, Old string
	// Call and Return order the operations in time: one that returned before
	// another was called came before it.
	Call, Return int64
	// Unknown: the operation failed, so it may have happened at any time after
	// Call, or never.
	Unknown bool
}

// maxOps bounds a history: the check is exponential in the worst case.
const maxOps = 256

type opSet [maxOps / 64]uint64

func (s opSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s opSet) with(i int) opSet {
	s[i/64] |= 1 << (i % 64)
	return s
}

// Linearizable tells whether a history of one register can be explained by its
// operations happening one after the other, each between its call and its
// return. It tries the orders depth first (Wing and Gong, 1993) and never the
// same set of operations with the same outcome twice (Lowe, 2017). At most 256
// operations; unknown reads say nothing and are left out.
func Linearizable(history []Op) bool {
	var ops []Op
	for _, op := range history {
		if op.Unknown {
			if op.Kind == Read {
				continue
			}
			op.Return = math.MaxInt64
		}
		ops = append(ops, op)
	}
	if len(ops) > maxOps {
		return false
	}
	c := checker{ops: ops, failed: map[state]struct{}{}}
	return c.search(state{})
}

type state struct {
	done  opSet
	value string
}

type checker struct {
	ops    []Op
	failed map[state]struct{} // states from which there is no way to the end
}

func (c *checker) search(s state) bool {
	if _, known := c.failed[s]; known {
		return false
	}
	// The next operation was called before any other that is left returned.
	first, left := int64(math.MaxInt64), false
	for i, op := range c.ops {
		if !s.done.has(i) && !op.Unknown {
			first, left = min(first, op.Return), true
		}
	}
	if !left {
		return true // unknown operations need not have happened
	}
	for i, op := range c.ops {
		if s.done.has(i) || op.Call > first {
			continue
		}
		if value, ok := op.on(s.value); ok && c.search(state{done: s.done.with(i), value: value}) {
			return true
		}
	}
	c.failed[s] = struct{}{}
	return false
}

// on plays the operation on a register; false if it can't have gone that way.
func (op Op) on(value string) (string, bool) {
	switch op.Kind {
	case Read:
		return value, op.Value == value
	case Swap:
		return op.Value, op.Old == value
	}
	return op.Value, true
}

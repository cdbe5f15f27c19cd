// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import "github.com/tidwall/gjson"

// program is a compiled list of wanted values: for each field its candidate
// paths. Simple paths live in the tree and cost one look per key on the way;
// the others are left to gjson after the value has been validated.
type program struct {
	root     *node // nil if nothing is simple
	fields   int
	shared   int // candidates that compete with others for a field
	computed []computed
}

// computed is a path for gjson.
type computed struct {
	target
	path string
}

// compile compiles candidate paths that CheckPath has accepted.
func compile(wanted [][]string) program {
	p := program{fields: len(wanted)}
	for field, candidates := range wanted {
		for rank, path := range candidates {
			t := target{field: field, rank: rank, bit: -1}
			if len(candidates) > 1 {
				t.bit = p.shared
				p.shared++
			}
			steps, simple := simplePath(path)
			if !simple {
				p.computed = append(p.computed, computed{target: t, path: path})
				continue
			}
			n := p.tree().find(steps)
			n.targets = append(n.targets, t)
		}
	}
	return p
}

// tree returns the root of the simple paths.
func (p *program) tree() *node {
	if p.root == nil {
		p.root = new(node)
	}
	return p.root
}

// picks are the values picked from one value of the body.
type picks struct {
	values []Value
	any    bool     // some value was picked
	ranks  []int    // the candidate that values[i] is from
	taken  []uint64 // candidates that were seen: of equal keys the first counts
}

// newPicks returns picks without values.
func (p *program) newPicks() picks {
	if p.shared == 0 {
		return picks{}
	}
	return picks{ranks: make([]int, p.fields), taken: make([]uint64, (p.shared+63)/64)}
}

// reset starts over with a row of missing values.
func (p *picks) reset(row []Value) {
	p.values, p.any = row, false
	clear(p.taken)
}

// set offers a value to all targets of a node.
func (p *picks) set(n *node, raw string) {
	for _, t := range n.targets {
		p.offer(t, Value{Kind: kindOf(raw[0]), Raw: raw})
	}
}

// offer takes a value if it is better than what the field has: anything is
// better than nothing, anything else is better than null, and then the earlier
// candidate is.
func (p *picks) offer(t target, v Value) {
	current := &p.values[t.field]
	if t.bit >= 0 {
		word, bit := t.bit>>6, uint64(1)<<(t.bit&63)
		if p.taken[word]&bit != 0 {
			return
		}
		p.taken[word] |= bit
		better := current.Kind == Missing ||
			v.Kind != Null && (current.Kind == Null || t.rank < p.ranks[t.field])
		if !better {
			return
		}
		p.ranks[t.field] = t.rank
	} else if current.Kind != Missing {
		return
	}
	*current, p.any = v, true
}

// compute lets gjson evaluate what the tree can't. raw has been validated, and
// what gjson makes of it is validated again: it takes a bracket inside a string
// for the start of a value where a query meets a string.
func (p *program) compute(raw string, to *picks) {
	if len(p.computed) == 0 || raw[0] != '{' && raw[0] != '[' {
		return
	}
	for _, c := range p.computed {
		if v, ok := parseValue(gjson.Get(raw, c.path).Raw); ok {
			to.offer(c.target, v)
		}
	}
}

// parseValue makes a Value of a JSON text.
func parseValue(text string) (Value, bool) {
	start := skipSpace(text, 0)
	if start == len(text) {
		return Value{}, false
	}
	s := scanner{text: text, maxDepth: maxMaxDepth}
	end := s.value(start, nil, 0, nil)
	if end < 0 || skipSpace(text, end) < len(text) {
		return Value{}, false
	}
	return Value{Kind: kindOf(text[start]), Raw: text[start:end]}, true
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package filter

import "slices"

const (
	perPattern = 4 // clauses looked for per pattern
	maxClauses = 2 * MaxPatterns * perPattern
	maxTexts   = 4000 // literals looked for in all; times maxStride they must fit uint16
)

// plan chooses the clauses of all patterns that the scanner looks for, and prepares it. It reports whether a pattern has a
// letter that folds beyond ASCII.
//
// The shortest literal decides how far a step of the scanner goes. So each pattern gives its best clause, and further ones
// only if they don't shorten the step: `"severity":\s*"ERROR"` is then run only on events that have both words.
func plan(s *scanner, lists ...[]pattern) (folds bool) {
	shortest := MaxPatternBytes
	for _, list := range lists {
		for i := range list {
			if best := list[i].need.best(); best != nil {
				shortest = min(shortest, best.shortest())
			}
		}
	}
	var texts []wanted
	clause := uint16(0)
	for _, list := range lists {
		for i := range list {
			p := &list[i]
			folds = folds || p.need.folds
			for _, c := range chosen(p.need, shortest) {
				if len(texts)+len(c) > maxTexts {
					break
				}
				for _, l := range c {
					texts = append(texts, wanted{literal: l, clause: clause})
				}
				p.clauses = append(p.clauses, clause)
				clause++
			}
			p.sure = len(p.clauses) > 0 && p.need.exact != nil && p.need.pure
		}
	}
	if len(texts) > 0 {
		s.prepare(texts, shortest)
	}
	return folds
}

// chosen are the clauses of a pattern to look for, the best first.
func chosen(n need, shortest int) []set {
	clauses := slices.DeleteFunc(slices.Clone(n.clauses), func(c set) bool { return c.shortest() < shortest })
	slices.SortStableFunc(clauses, func(a, b set) int {
		switch {
		case a.better(b):
			return -1
		case b.better(a):
			return 1
		}
		return 0
	})
	return clauses[:min(len(clauses), perPattern)]
}

// prepare fills the table. Short literals are looked at two bytes at a time, which makes the steps longer but hits by chance
// more frequent; from 6 bytes on three at a time are better (measured, see the benchmarks).
func (s *scanner) prepare(texts []wanted, shortest int) {
	s.size = 3
	if shortest < 6 {
		s.size = 2
	}
	s.mask = 1<<(8*s.size) - 1
	s.stride = min(shortest-s.size+1, maxStride)
	s.texts = texts
	for t := range texts {
		text := texts[t].text
		first := rarest(text, s.stride+s.size-1)
		for offset := first; offset < first+s.stride; offset++ {
			var bytes uint32
			for j := s.size - 1; j >= 0; j-- {
				bytes = bytes<<8 | uint32(text[offset+j])
			}
			s.grams = append(s.grams, gram{slot: uint16(slotOf(bytes, s.mask)), text: uint16(t), offset: uint16(offset)})
		}
	}
	slices.SortStableFunc(s.grams, func(a, b gram) int { return int(a.slot) - int(b.slot) })
	for i := len(s.grams) - 1; i >= 0; i-- {
		s.table[s.grams[i].slot] = uint16(i + 1)
	}
}

// rarest is where the window of this length starts whose bytes are least common in JSON events. Any window gives the same
// answer; a good one hits less often by chance.
func rarest(text string, length int) int {
	best, lowest := 0, 1<<30
	for start := 0; start+length <= len(text); start++ {
		sum := 0
		for i := start; i < start+length; i++ {
			sum += commonness(text[i])
		}
		if sum < lowest {
			best, lowest = start, sum
		}
	}
	return best
}

// commonness ranks a byte by how frequent it is in JSON with English keys, roughly.
func commonness(c byte) int {
	switch c {
	case '"', ':', ',', '{', '}', ' ', '_', '.', '-':
		return 4
	case 'e', 't', 'a', 'i', 'n', 'r', 's', 'o', '0', '1', '2':
		return 3
	case 'l', 'c', 'd', 'u', 'p', 'm', '3', '4', '5', '6', '7', '8', '9':
		return 2
	}
	return 1
}

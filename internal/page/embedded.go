// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

// markEmbedded marks the values that are strings with JSON text in them, where
// some wanted path leads on into that text.
func (p *program) markEmbedded(paths []string) {
	for _, path := range paths {
		steps, _ := simplePath(path)
		if n := p.root.lookup(steps); n != nil && len(n.members) > 0 {
			n.embedded = true
		}
	}
}

// lookup returns the node that the steps lead to, or nil.
func (n *node) lookup(steps []step) *node {
	for _, s := range steps {
		if n == nil {
			return nil
		}
		n = n.step(s)
	}
	return n
}

// embedded picks values from the JSON text that a string holds. A string that
// holds anything else has no values; the record is kept all the same.
func (s *scanner) embedded(quoted string, n *node, depth int, p *picks) {
	text := unquote(quoted)
	in := scanner{text: text, maxDepth: s.maxDepth}
	start := skipSpace(text, 0)
	end := in.value(start, nil, depth, nil)
	if end < 0 || skipSpace(text, end) < len(text) {
		return
	}
	switch text[start] {
	case '{':
		in.object(start, n, depth+1, p)
	case '[':
		in.array(start, n, depth+1, p)
	}
}

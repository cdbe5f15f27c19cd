// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

// A record is split only as long as its parts together stay below splitGrowth
// times its length plus splitSpare bytes: a large record with a thousand tiny
// events would otherwise be multiplied by a thousand.
const (
	splitGrowth = 8
	splitSpare  = 64 << 10
)

// compileSplit makes the tree that finds the array to split by.
func compileSplit(path string) *node {
	steps, _ := simplePath(path)
	root := new(node)
	root.find(steps).records = true
	return root
}

// addSplit walks over one record of the page and keeps a record for each element
// of its inner array. Such a record is the vendor's text with the other elements
// cut out, so it has the shape that the vendor documents and all paths stay the
// same. A record is kept as it is if it has no such array, at most one element,
// or grows too much.
func (c *collector) addSplit(s *scanner, i, depth int) int {
	find := scanner{text: s.text, maxDepth: s.maxDepth}
	end := find.value(i, c.split, depth, nil)
	if s.err = find.err; end < 0 {
		return -1
	}
	raw := s.text[i:end]
	if find.found != Array {
		return c.addPart(s, i, raw)
	}
	open := find.mark - i
	n, closed := countElements(raw, open)
	outside, inside := len(raw)-(closed-open), closed-open
	if n < 2 || n*outside+inside > splitGrowth*len(raw)+splitSpare {
		return c.addPart(s, i, raw)
	}
	if s.err = c.take(n*outside + inside); s.err != nil {
		return -1
	}
	return c.addParts(s, i, raw, open, closed)
}

// addParts keeps a record for each element of the array that raw has from the
// bracket at open to the one at closed.
func (c *collector) addParts(s *scanner, i int, raw string, open, closed int) int {
	walk := scanner{text: raw, maxDepth: maxMaxDepth}
	at := skipSpace(raw, open+1)
	for more := true; more; {
		start := at
		at = walk.value(at, nil, 0, nil)
		if c.addPart(s, i, raw[:open+1]+raw[start:at]+raw[closed:]) < 0 {
			return -1
		}
		at, more = walk.comma(at)
	}
	return i + len(raw)
}

// addPart keeps one valid text as a record. It returns the index behind the text
// as if it stood at i.
func (c *collector) addPart(s *scanner, i int, raw string) int {
	part := scanner{text: raw, maxDepth: s.maxDepth}
	if c.addWhole(&part, 0, 0, i) < 0 {
		s.err = part.err
		return -1
	}
	return i + len(raw)
}

// countElements counts the elements of the array whose bracket is at open, and
// finds the bracket that closes it. The text has been validated.
func countElements(text string, open int) (n, closed int) {
	s := scanner{text: text, maxDepth: maxMaxDepth}
	i := skipSpace(text, open+1)
	if text[i] == ']' {
		return 0, i
	}
	for more := true; more; n++ {
		i, more = s.comma(s.value(i, nil, 0, nil))
	}
	return n, i - 1
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

// Plausible looks at the first part of a JSON body that is still being read. It
// returns an error if no continuation makes it a body that Decode accepts, as
// far as syntax and depth go; its errors are those of this package.
func Plausible(start string, maxDepth int) error {
	s := scanner{text: start, maxDepth: maxDepth}
	i := skipSpace(start, bomSize(start))
	if i == len(start) {
		return ErrEmptyBody
	}
	end := s.value(i, nil, 0, nil)
	if end >= 0 {
		end = skipSpace(start, end)
		if end < len(start) {
			s.fail(ErrSyntax, end)
			return s.err
		}
		return nil
	}
	if s.failedAt >= len(start) {
		return nil // it ends too early, so far
	}
	return s.err
}

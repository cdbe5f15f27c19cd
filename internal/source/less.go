// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import "github.com/restaudit/otelcol-audit/internal/fetch"

// smaller halves the page size of ask, after an answer that was too large to be
// used. It returns false when ask's page can't be made smaller.
func (s *Source) smaller(ask *fetch.Ask) bool {
	size := ask.PageSize
	if size == 0 {
		size = s.set.Paging.PageSize
	}
	if !s.set.Sized || size <= 1 || !s.set.Paging.Resizable(ask.Position) {
		return false
	}
	ask.PageSize = size / 2
	return true
}

// narrower tells whether ask's window can be asked for in parts.
func (s *Source) narrower(ask *fetch.Ask) bool {
	if !s.set.ByTime || s.set.stream() {
		return false
	}
	_, ok := s.set.Window.Split(ask.Window)
	return ok
}

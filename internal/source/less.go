// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"github.com/restaudit/otelcol-audit/internal/fetch"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// A page size is divided by quickly after an answer that was too large, and by
// carefully if the vendor seems to have a least size.
const (
	quickly   = 4
	carefully = 2
)

// smaller lets ask be for fewer records, after an answer that was too large to be
// used. It returns false when ask's page can't be made smaller.
func (s *Source) smaller(ask *fetch.Ask, by int64) bool {
	if !s.set.Sized || s.set.endsByAge() || !s.set.Paging.Resizable(ask.Position) {
		return false
	}
	size := s.set.Paging.PageSize
	if own := s.set.Paging.Size(ask.Position); own > 0 {
		size = own
	}
	if ask.PageSize > 0 {
		size = min(size, ask.PageSize)
	}
	if size <= 1 {
		return false
	}
	ask.PageSize = max(1, size/by)
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

// objects tells whether the vendor may mean the size of a page by a failure: some
// have a least one, some bind a cursor to it, and some sign their URLs. They say so
// in all ways.
func objects(failure *send.Error) bool {
	return !failure.TooLarge && failure.Class != send.ClassRateLimit
}

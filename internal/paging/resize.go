// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Resizable tells whether fewer records can be asked for at a position, without
// any later page meaning something else than it would.
func (s Settings) Resizable(at Position) bool {
	switch {
	case s.PageSize <= 0:
		return false
	case s.Type == Offset, s.Type == LastID:
		return true // a position is a record, whatever the size
	case s.StopOnShortPage:
		return false // a cursor may keep the size, and each later page would be short
	case s.Type == Cursor:
		return true // it may be the number of a page: a walk keeps its size
	case s.Type == Link, s.Type == NextURL:
		return at.URL == "" || s.Size(at) > 0
	default:
		return false // a number of a page counts on its size; without pages the rest would be cut off
	}
}

// Size is the page size that a position's own URL says; 0 = none that can be changed.
func (s Settings) Size(at Position) int64 {
	u, err := url.Parse(at.URL)
	if err != nil {
		return 0
	}
	from, to := s.sizeIn(u.RawQuery)
	size, err := strconv.ParseInt(u.RawQuery[from:to], 10, 64)
	if err != nil || size < 0 {
		return 0
	}
	return size
}

// sizeIn finds the text of SizeParam's value in a query that has it once.
func (s Settings) sizeIn(query string) (from, to int) {
	for at := 0; s.SizeParam != "" && at < len(query); {
		end := at + strings.IndexByte(query[at:]+"&", '&')
		if name, value, _ := strings.Cut(query[at:end], "="); name == s.SizeParam {
			if to > 0 {
				return 0, 0
			}
			from, to = end-len(value), end
		}
		at = end + 1
	}
	return from, to
}

// Resize writes a smaller page size into a vendor's own URL. All else stays as
// the vendor wrote it.
func (s Settings) Resize(u *url.URL, size int64) {
	if s.Size(Position{URL: u.String()}) > size {
		s.write(u, size)
	}
}

func (s Settings) write(u *url.URL, size int64) {
	from, to := s.sizeIn(u.RawQuery)
	u.RawQuery = u.RawQuery[:from] + strconv.FormatInt(size, 10) + u.RawQuery[to:]
}

// Restored is the position that a walk with pages of a smaller size leaves to the
// next walk, and the size that the next walk must keep; 0 = the configured one. A
// vendor's URL repeats the size that one answer needed, and each later page would
// be as small. What may count pages stays as it is.
func (s Settings) Restored(at Position, smaller int64) (Position, int64) {
	if smaller <= 0 {
		return at, 0
	}
	if s.Type == Cursor && mayCount(at.Cursor) {
		return at, smaller
	}
	u, err := url.Parse(at.URL)
	if err != nil || s.Size(at) != smaller {
		return at, 0
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || slices.ContainsFunc(strings.Split(u.Path, "/"), mayCount) {
		return at, 0
	}
	for name, values := range query {
		if name != s.SizeParam && slices.ContainsFunc(values, mayCount) {
			return at, 0
		}
	}
	s.write(u, s.PageSize)
	at.URL = u.String()
	return at, 0
}

// mayCount tells whether a text may be the number of a page. A longer number is a
// time or an id.
func mayCount(text string) bool {
	return text != "" && len(text) < 8 && strings.Trim(text, "0123456789") == ""
}

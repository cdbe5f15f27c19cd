// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"net/url"
	"strconv"
)

// Resizable tells whether a page of another size can be asked for at a position.
// A number of a page counts on its size, and a vendor's own URL repeats the size
// that the first request had, or hides it.
func (s Settings) Resizable(at Position) bool {
	if s.Type == Page || s.PageSize <= 0 {
		return false
	}
	if at.URL == "" {
		return true
	}
	u, err := url.Parse(at.URL)
	return err == nil && s.size(u) > 0
}

// Resize writes PageSize into a vendor's own URL.
func (s Settings) Resize(u *url.URL) {
	if s.size(u) == 0 {
		return
	}
	query := u.Query()
	query.Set(s.SizeParam, strconv.FormatInt(s.PageSize, 10))
	u.RawQuery = query.Encode()
}

// size is the page size that a vendor's own URL has; 0 = none that is known.
func (s Settings) size(u *url.URL) int64 {
	if s.SizeParam == "" {
		return 0
	}
	size, err := strconv.ParseInt(u.Query().Get(s.SizeParam), 10, 64)
	if err != nil || size < 0 {
		return 0
	}
	return size
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"net/url"
	"strconv"
)

// Resizable tells whether a page of another size can be asked for at a position.
// A number of a page counts on its size, and a vendor's own URL repeats the size
// that the first request had, or hides it. A cursor may hide it too: a later page
// of the size that one answer needed would be taken for a short one, and so for
// the last.
func (s Settings) Resizable(at Position) bool {
	switch {
	case s.PageSize <= 0, s.Type == Page:
		return false
	case s.StopOnShortPage && s.Type != Offset && s.Type != LastID:
		return false
	}
	if at.URL == "" {
		return true
	}
	u, err := url.Parse(at.URL)
	return err == nil && s.size(u) > 0
}

// Resize writes a page size into a vendor's own URL that has one.
func (s Settings) Resize(u *url.URL, size int64) {
	if s.size(u) == 0 {
		return
	}
	query := u.Query()
	query.Set(s.SizeParam, strconv.FormatInt(size, 10))
	u.RawQuery = query.Encode()
}

// Restored is a vendor's own URL as it would be had it been asked for pages of the
// usual size: what repeats a smaller size, which one answer needed, would do so for good.
func (s Settings) Restored(next string, usual int64) string {
	u, err := url.Parse(next)
	if err != nil || s.size(u) != s.PageSize {
		return next
	}
	s.Resize(u, usual)
	return u.String()
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

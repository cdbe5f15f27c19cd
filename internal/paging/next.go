// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

// More is what a vendor's own flag says about further pages.
type More uint8

// The values of More. Unknown means that the vendor has no such flag.
const (
	MoreUnknown More = iota
	MoreYes
	MoreNo
)

// Answer is what one response says about paging.
type Answer struct {
	// Records is the number of records on the page, before any filter.
	Records int
	// Cursor is the vendor's next token; "" when there is none.
	Cursor string
	// URL is the absolute next URL; "" when there is none.
	URL string
	// LastID is the id of the page's last record; "" on an empty page.
	LastID string
	// More is the vendor's has-more flag.
	More More
	// Total is the number of records (or pages) of the whole result; 0 = unknown.
	Total int64
}

// Next is the decision about what follows a page.
type Next struct {
	// End says that the walk is over: the vendor has no further page now.
	End bool
	// Loop says that the walk ended only because the vendor sends the same
	// position again while it says that there is more: nothing is proven.
	Loop bool
	// Position is the page to fetch next; on End, with Persistent, the position
	// that the next poll starts from.
	Position Position
}

// Next decides what follows the page at position at.
func (s Settings) Next(at Position, a Answer) Next {
	next, ok := s.follow(at, a)
	if !ok {
		// Nothing to follow. A persistent source asks for the same page again at
		// the next poll: that page may have grown (Okta ASA's newest page).
		return Next{End: true, Position: at}
	}
	if next == at {
		return Next{End: true, Loop: s.stuck(at, a), Position: at}
	}
	if a.More == MoreYes {
		if a.Records == 0 && s.Type.Drifts() {
			// A numbered page that comes empty though there is more: going on would
			// pass over what belongs on it.
			return Next{End: true, Loop: true, Position: at}
		}
		return Next{Position: next}
	}
	if a.More == MoreNo || s.exhausted(next, a) {
		return Next{End: true, Position: s.resume(at, next, a)}
	}
	return Next{Position: next}
}

// stuck tells whether a page that leads to itself leaves something unread. A
// persistent position may well stay where it is. Else an empty page without a
// flag is an end (Auth0), but a page with records promises another one (F11).
func (s Settings) stuck(at Position, a Answer) bool {
	switch {
	case s.Persistent:
		return a.More == MoreYes && a.Records > 0
	case a.More == MoreNo:
		return false
	default:
		return a.More == MoreYes || (at.Opaque() && a.Records > 0)
	}
}

// follow computes the position after the page, or false when the vendor names
// none.
func (s Settings) follow(at Position, a Answer) (Position, bool) {
	switch s.Type {
	case Offset:
		return Position{Offset: at.Offset + int64(a.Records)}, true
	case Page:
		return Position{Page: at.Page + 1}, true
	case Cursor:
		return Position{Cursor: a.Cursor}, a.Cursor != ""
	case Link, NextURL:
		return Position{URL: a.URL}, a.URL != ""
	case LastID:
		return Position{Cursor: a.LastID}, a.LastID != ""
	default:
		return Position{}, false
	}
}

// exhausted tells whether a page without a has-more flag is the last one.
func (s Settings) exhausted(next Position, a Answer) bool {
	if a.Records == 0 {
		// A token on an empty page means "go on" (GCP, Dropbox) unless the token
		// is meant to be kept: then an empty page is the end of this poll.
		return s.Persistent || s.Type.Drifts() || s.Type == LastID
	}
	if s.StopOnShortPage && s.PageSize > 0 && int64(a.Records) < s.PageSize {
		return true
	}
	if s.Type == Page && s.Persistent && int64(a.Records) < s.PageSize {
		return true // see resume: the page may still grow
	}
	return a.Total > 0 && s.reached(next, a.Total)
}

// reached tells whether next lies behind the vendor's total.
func (s Settings) reached(next Position, total int64) bool {
	switch {
	case s.Type == Offset:
		return next.Offset >= total
	case s.Type == Page && s.TotalIsPages:
		return next.Page >= total
	case s.Type == Page && s.PageSize > 0:
		return next.Page*s.PageSize >= total
	default:
		return false
	}
}

// resume is where the next poll starts after the walk has ended at page at.
func (s Settings) resume(at, next Position, a Answer) Position {
	if s.Type == Page && int64(a.Records) < s.PageSize {
		return at // a page that is not full will grow
	}
	return next
}

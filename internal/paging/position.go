// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"crypto/sha256"
	"fmt"
)

// Position says which page to ask for. The zero Position is the first page of
// a walk. It is part of the checkpoint, so its JSON names are stable.
type Position struct {
	// Cursor is the vendor's token, or the id of the last record (last_id).
	Cursor string `json:"cursor,omitempty"`
	// URL is the absolute URL of the page (link, next_url).
	URL string `json:"url,omitempty"`
	// Offset is the number of records before the page, counted from the walk's
	// first record.
	Offset int64 `json:"offset,omitempty"`
	// Page is the number of pages before the page.
	Page int64 `json:"page,omitempty"`
	// Item is the number of items of the page that are done, for a source that
	// gets its records by a second step.
	Item int64 `json:"item,omitempty"`
	// Child is the position in the pages of the first item that is not done, in
	// JSON; "" = its first page.
	Child string `json:"child,omitempty"`
}

// First tells whether p is the first page of a walk.
func (p Position) First() bool { return p == Position{} }

// Opaque tells whether p holds a token of the vendor's, which may expire.
func (p Position) Opaque() bool { return p.Cursor != "" || p.URL != "" }

// Mark stands for p where many are remembered: a vendor decides how long p is.
func (p Position) Mark() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%#v", p)) // exact for bytes that are no UTF-8, too
}

// Token is what a person would call the cursor: the token or the next URL.
func (p Position) Token() string {
	if p.URL != "" {
		return p.URL
	}
	return p.Cursor
}

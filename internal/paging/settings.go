// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import "slices"

// Type names how a vendor pages.
type Type string

// The types of pagination that a source can have.
const (
	None    Type = "none"
	Offset  Type = "offset"
	Page    Type = "page"
	Cursor  Type = "cursor"
	Link    Type = "link"
	NextURL Type = "next_url"
	LastID  Type = "last_id"
)

// Types lists all types, in the order in which the documentation has them.
func Types() []Type { return []Type{None, Offset, Page, Cursor, Link, NextURL, LastID} }

// Valid tells whether t is one of Types.
func (t Type) Valid() bool { return slices.Contains(Types(), t) }

// Drifts tells whether positions of this type move when rows are inserted or
// deleted while a walk is under way.
func (t Type) Drifts() bool { return t == Offset || t == Page }

// Settings is how one source pages.
type Settings struct {
	Type Type
	// PageSize is the number of records that is asked for; 0 = the vendor's own.
	PageSize int64
	// SizeParam is the query parameter that PageSize is sent in; "" = none.
	SizeParam string
	// Persistent says that a position stays valid over polls: the next poll goes
	// on where this one ended, and an empty page means "nothing new yet".
	Persistent bool
	// StopOnShortPage takes a page with fewer than PageSize records as the last.
	// Off by default: many vendors send short pages in the middle.
	StopOnShortPage bool
	// TotalIsPages says that Answer.Total counts pages, not records.
	TotalIsPages bool
}

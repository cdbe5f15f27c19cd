// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import "errors"

// Errors of Decode, to be matched with errors.Is. Their text names an offset or
// a path, never a part of the body, which may hold secrets.
var (
	// ErrSyntax says that the body is not what its format asks for: for JSON one
	// JSON text, for NDJSON one per line.
	ErrSyntax = errors.New("malformed body")
	// ErrDepth says that the body nests deeper than Settings.MaxDepth.
	ErrDepth = errors.New("body nests too deep")
	// ErrNoRecords says that none of Settings.Records exists in the body.
	ErrNoRecords = errors.New("records path is missing")
	// ErrNotArray says that the value at the records path is neither an array nor null.
	ErrNotArray = errors.New("value at the records path is not an array")
	// ErrEmptyBody says that the body has no byte besides white space and a byte order mark.
	ErrEmptyBody = errors.New("body is empty")
	// ErrTooMany says that the page has more records than Settings.MaxRecords.
	ErrTooMany = errors.New("page has too many records")
	// ErrTooWide says that a table has more columns, or an element more names, than a record may have.
	ErrTooWide = errors.New("record has too many fields")
	// ErrTooLarge says that the page needs more than Settings.MaxBytes for texts of its own.
	ErrTooLarge = errors.New("page is too large")
	// ErrAmbiguous says that the body has several values at the records path, of
	// which all but one would be lost.
	ErrAmbiguous = errors.New("records path is there twice")
)

// DefaultMaxDepth is the nesting that Decode accepts if Settings.MaxDepth is 0.
const DefaultMaxDepth = 128

// maxMaxDepth bounds Settings.MaxDepth: the scanner recurses along a picked path.
const maxMaxDepth = 10_000

// Format is the syntax of a body.
type Format uint8

const (
	// JSON is one JSON text (RFC 8259).
	JSON Format = iota
	// NDJSON is one JSON text per line; blank lines and CRLF are allowed, and
	// the last line needs no newline.
	NDJSON
	// CSV is a table (RFC 4180) whose first row names the columns. A row becomes
	// an object of strings; an empty cell is left out. A table without even the
	// first row is ErrEmptyBody.
	CSV
	// XML is an XML document. It is rewritten as JSON, and the paths lead into
	// that: an element is an object with its attributes ("@name"), its children
	// and its text ("#text"), or just its text if it has nothing else, or null if
	// it is empty; children of one name are an array if there are several; name
	// spaces are dropped. So the records path starts with the name of the root
	// element, and a single element there is a record too. Bytes that are not
	// UTF-8 are ErrSyntax.
	XML
)

// Settings say where a body has its records and which values are wanted.
// All paths are gjson paths; see CheckPath.
type Settings struct {
	// Format is the syntax of the body.
	Format Format
	// Records are the candidate paths of the record array. No candidate, "" and
	// "@this" mean the root. The first that exists and is not null wins. A single
	// object becomes a page of one record with "[@this]". Not used for NDJSON and CSV.
	Records []string
	// RecordsOptional makes a body without any of Records an empty page instead of ErrNoRecords.
	RecordsOptional bool
	// Fields are the values wanted of each record: for each field its candidate
	// paths, of which the first that exists and is not null wins.
	Fields [][]string
	// Envelope are the values wanted of the whole body, by the same rule. They
	// are always missing for NDJSON and CSV, which have no envelope.
	Envelope [][]string
	// Split is the simple path (keys and indexes only) of an array inside a record
	// that holds several events, such as "events" of Google Workspace. A record
	// with n elements becomes n records, each the vendor's text with one element
	// left, so all paths stay as they are: "actor.email", "events.0.name". The
	// vendor's id is then no uid by itself. A record that would grow beyond eight
	// times its length (and 64 KiB) stays whole. Not used for CSV.
	Split string
	// Embedded are the simple paths of strings inside a record that hold JSON
	// text, such as "CloudTrailEvent". Simple paths of Fields lead on into that
	// text: "CloudTrailEvent.sourceIPAddress". The record's text stays as it is.
	Embedded []string
	// MaxDepth bounds the nesting of arrays and objects; a scalar has depth 0.
	// 0 means DefaultMaxDepth; the largest allowed is 10,000.
	MaxDepth int
	// MaxRecords bounds the records of a page; 0 means no limit. Set it wherever
	// the vendor is not trusted: two bytes of body can make one record.
	MaxRecords int
	// MaxBytes bounds what is not a slice of the body: the rows of CSV and the
	// document of XML written as JSON, and the parts of split records. 0 means no
	// limit. A row repeats the names of all columns, so set it as MaxRecords.
	MaxBytes int
}

// Record is one event as the vendor sent it.
type Record struct {
	// Raw is the exact JSON text of the record. It is usually an object, but a
	// vendor may send anything.
	Raw string
	// Fields are the picked values; Fields[i] belongs to Settings.Fields[i].
	// Read only: records without any value share one slice.
	Fields []Value
}

// Page is a decoded body.
type Page struct {
	// Records are in the order of the body.
	Records []Record
	// Rows is the number of records as the vendor counts them: before Split.
	Rows int
	// Envelope are the picked values; Envelope[i] belongs to Settings.Envelope[i].
	Envelope []Value
	// ValidUTF8 is false if some string of the body holds bytes that are not UTF-8.
	// The records are handed out all the same: the caller flags them.
	ValidUTF8 bool
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// bom is the UTF-8 byte order mark, which some vendors put in front of JSON.
const bom = "\ufeff"

// Decoder decodes bodies of one shape. It is immutable and safe for concurrent use.
type Decoder struct {
	settings Settings
	record   program
	envelope program
	split    *node
	paths    string // candidates for the records, for messages
	others   int    // field of envelope that holds the other candidates for the records, -1 if there are none
}

// NewDecoder checks the settings and compiles their paths.
func NewDecoder(s Settings) (*Decoder, error) {
	if s.Format > XML {
		return nil, fmt.Errorf("unknown format %d", s.Format)
	}
	if s.MaxDepth < 0 || s.MaxDepth > maxMaxDepth {
		return nil, fmt.Errorf("max depth %d is not in 0..%d", s.MaxDepth, maxMaxDepth)
	}
	if s.MaxRecords < 0 || s.MaxBytes < 0 {
		return nil, fmt.Errorf("max records %d or max bytes %d is negative", s.MaxRecords, s.MaxBytes)
	}
	if s.MaxDepth == 0 {
		s.MaxDepth = DefaultMaxDepth
	}
	records := recordPaths(s.Records)
	for what, wanted := range map[string][][]string{"records": {records}, "field": s.Fields, "envelope": s.Envelope} {
		if err := checkPaths(what, wanted); err != nil {
			return nil, err
		}
	}
	d := &Decoder{settings: s, record: compile(s.Fields), paths: strings.Join(records, ", "), others: -1}
	d.compileEnvelope(records)
	for _, path := range s.Embedded {
		if err := checkSimple("embedded", path); err != nil {
			return nil, err
		}
	}
	d.record.markEmbedded(s.Embedded)
	if s.Split != "" {
		if err := checkSimple("split", s.Split); err != nil {
			return nil, err
		}
		d.split = compileSplit(s.Split)
	}
	return d, nil
}

// Limited returns a decoder like d that takes at most so many records, and bytes
// for texts of its own, where d doesn't take less.
func (d *Decoder) Limited(records, bytes int) *Decoder {
	less := *d
	less.settings.MaxRecords = lesser(records, d.settings.MaxRecords)
	less.settings.MaxBytes = lesser(bytes, d.settings.MaxBytes)
	return &less
}

// lesser is the lesser of two limits, of which the second may be none.
func lesser(limit, other int) int {
	if other <= 0 {
		return max(limit, 1)
	}
	return max(min(limit, other), 1)
}

// checkSimple checks a path that must do without gjson.
func checkSimple(what, path string) error {
	if err := CheckPath(path); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if steps, simple := simplePath(path); !simple || len(steps) == 0 {
		return fmt.Errorf("%s: path %q: only keys and indexes are possible here", what, path)
	}
	return nil
}

// recordPaths writes out the root.
func recordPaths(paths []string) []string {
	if len(paths) == 0 {
		return []string{"@this"}
	}
	out := make([]string, len(paths))
	for i, path := range paths {
		if out[i] = path; path == "" {
			out[i] = "@this"
		}
	}
	return out
}

// checkPaths checks all candidate paths of a list.
func checkPaths(what string, wanted [][]string) error {
	for _, candidates := range wanted {
		for _, path := range candidates {
			if err := CheckPath(path); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
	}
	return nil
}

// compileEnvelope puts the record array into the tree of the envelope. Only the
// first candidate is cut into records during the pass over the body; the others
// are picked like any value and walked over again if they are needed.
func (d *Decoder) compileEnvelope(records []string) {
	wanted := d.settings.Envelope
	steps, simple := simplePath(records[0])
	simple = simple && d.settings.Format != XML // where it may be a single record
	if others := records[1:]; !simple || len(others) > 0 {
		if !simple {
			others = records
		}
		d.others = len(wanted)
		wanted = append(wanted[:len(wanted):len(wanted)], others)
	}
	d.envelope = compile(wanted)
	if simple {
		d.envelope.tree().find(steps).records = true
	}
	for _, path := range records {
		if steps, simple := simplePath(path); simple {
			d.envelope.tree().find(steps).once = true
		}
	}
}

// ProvesEnd tells whether a body that was cut anywhere is an error. Lines and
// tables that were cut are shorter ones, or end with another value.
func (d *Decoder) ProvesEnd() bool {
	return d.settings.Format != NDJSON && d.settings.Format != CSV
}

// Decode reads one body. It returns records only if the whole body is valid;
// the errors are those of this package.
//
// A byte order mark is dropped. For JSON, an empty body is ErrEmptyBody, and
// null in place of the record array is an empty page, and two values at its place
// are ErrAmbiguous; for NDJSON, an empty body is an empty page. Elements that are no objects are records too.
func (d *Decoder) Decode(body string) (Page, error) {
	var p Page
	var err error
	switch d.settings.Format {
	case NDJSON:
		p, err = d.decodeLines(body)
	case CSV:
		p, err = d.decodeCSV(body)
	case XML:
		p, err = d.decodeXML(body)
	default:
		p, err = d.decodeJSON(body)
	}
	if err != nil {
		return Page{}, err
	}
	p.ValidUTF8 = utf8.ValidString(body)
	return p, nil
}

// decodeJSON reads a body that is one JSON text.
func (d *Decoder) decodeJSON(body string) (Page, error) {
	s := scanner{text: body, maxDepth: d.settings.MaxDepth, records: d.collector(body)}
	envelope := d.envelope.newPicks()
	envelope.reset(make([]Value, d.envelope.fields))
	start := skipSpace(body, bomSize(body))
	if start == len(body) {
		return Page{}, ErrEmptyBody
	}
	end := s.value(start, d.envelope.root, 0, &envelope)
	if end >= 0 && skipSpace(body, end) < len(body) {
		end = s.fail(ErrSyntax, skipSpace(body, end))
	}
	if end < 0 {
		return Page{}, s.err
	}
	d.envelope.compute(body[start:end], &envelope)
	if err := d.settle(&s, &envelope); err != nil {
		return Page{}, err
	}
	n := len(d.settings.Envelope)
	return Page{Records: s.records.out, Rows: s.records.vendor, Envelope: envelope.values[:n:n]}, nil
}

// settle decides which candidate the records are taken from.
func (d *Decoder) settle(s *scanner, envelope *picks) error {
	found := s.found
	if d.others >= 0 && (found == Missing || found == Null) {
		if v := envelope.values[d.others]; v.Exists() {
			return d.walkOther(s, v)
		}
	}
	switch found {
	case Array, Null:
		return nil
	case Missing:
		if d.settings.RecordsOptional {
			return nil
		}
		return fmt.Errorf("%w: %s", ErrNoRecords, d.paths)
	default:
		return fmt.Errorf("%w: %s", ErrNotArray, d.paths)
	}
}

// walkOther cuts a value that another candidate led to into records. It has been
// validated.
func (d *Decoder) walkOther(s *scanner, v Value) error {
	end := 0
	s.records.total = len(v.Raw)
	in := scanner{text: v.Raw, maxDepth: s.maxDepth, records: s.records}
	switch {
	case v.Kind == Null:
	case v.Kind == Array:
		end = in.recordArray(0, nil, 1, nil)
	case d.settings.Format == XML:
		end = s.records.add(&in, 0, 0)
	default:
		return fmt.Errorf("%w: %s", ErrNotArray, d.paths)
	}
	if end < 0 {
		return in.err
	}
	return nil
}

// collector returns a fresh collector of records.
func (d *Decoder) collector(body string) *collector {
	return &collector{
		program: &d.record, split: d.split, max: d.settings.MaxRecords, maxOwn: d.settings.MaxBytes,
		total: len(body), picks: d.record.newPicks(),
	}
}

// bomSize returns the length of the byte order mark that body starts with.
func bomSize(body string) int {
	if strings.HasPrefix(body, bom) {
		return len(bom)
	}
	return 0
}

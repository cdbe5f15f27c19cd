// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// Decoder decodes bodies of one shape. It is immutable and safe for concurrent use.
type Decoder struct {
	settings Settings
}

// NewDecoder checks the settings and compiles their paths.
func NewDecoder(s Settings) (*Decoder, error) {
	if s.Format > NDJSON {
		return nil, fmt.Errorf("unknown format %d", s.Format)
	}
	if s.MaxDepth < 0 || s.MaxDepth > maxMaxDepth {
		return nil, fmt.Errorf("max depth %d is not in 0..%d", s.MaxDepth, maxMaxDepth)
	}
	if s.MaxRecords < 0 {
		return nil, fmt.Errorf("max records %d is negative", s.MaxRecords)
	}
	if s.MaxDepth == 0 {
		s.MaxDepth = DefaultMaxDepth
	}
	for _, path := range s.Records {
		if path == "" {
			continue
		}
		if err := CheckPath(path); err != nil {
			return nil, fmt.Errorf("records: %w", err)
		}
	}
	for _, list := range [][][]string{s.Fields, s.Envelope} {
		for _, candidates := range list {
			for _, path := range candidates {
				if err := CheckPath(path); err != nil {
					return nil, err
				}
			}
		}
	}
	return &Decoder{settings: s}, nil
}

// Decode reads one body. It returns records only if the whole body is valid.
func (d *Decoder) Decode(body string) (Page, error) {
	body = strings.TrimPrefix(body, "\ufeff")
	p := Page{ValidUTF8: utf8.ValidString(body), Envelope: make([]Value, len(d.settings.Envelope))}
	var raws []string
	var err error
	if d.settings.Format == NDJSON {
		raws, err = d.lines(body)
	} else {
		raws, err = d.elements(body, &p)
	}
	if err != nil {
		return Page{}, err
	}
	if d.settings.MaxRecords > 0 && len(raws) > d.settings.MaxRecords {
		return Page{}, fmt.Errorf("%w: more than %d", ErrTooMany, d.settings.MaxRecords)
	}
	p.Records = make([]Record, len(raws))
	for i, raw := range raws {
		p.Records[i] = Record{Raw: raw, Fields: pick(raw, d.settings.Fields)}
	}
	return p, nil
}

func (d *Decoder) lines(body string) ([]string, error) {
	var raws []string
	for line := range strings.Lines(body) {
		line = strings.Trim(line, " \t\r\n")
		if line == "" {
			continue
		}
		if err := check(line, d.settings.MaxDepth); err != nil {
			return nil, err
		}
		raws = append(raws, line)
	}
	return raws, nil
}

func (d *Decoder) elements(body string, p *Page) ([]string, error) {
	body = strings.Trim(body, " \t\r\n")
	if body == "" {
		return nil, ErrEmptyBody
	}
	if err := check(body, d.settings.MaxDepth); err != nil {
		return nil, err
	}
	p.Envelope = pick(body, d.settings.Envelope)
	records := d.settings.Records
	if len(records) == 0 {
		records = []string{""}
	}
	v := pickOne(body, records)
	switch v.Kind {
	case Missing:
		if d.settings.RecordsOptional {
			return nil, nil
		}
		return nil, fmt.Errorf("%w: %s", ErrNoRecords, strings.Join(d.settings.Records, ", "))
	case Null:
		return nil, nil
	case Array:
	default:
		return nil, fmt.Errorf("%w: %s", ErrNotArray, strings.Join(d.settings.Records, ", "))
	}
	var raws []string
	gjson.Parse(v.Raw).ForEach(func(_, element gjson.Result) bool {
		raws = append(raws, element.Raw)
		return true
	})
	return raws, nil
}

func check(text string, maxDepth int) error {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			if depth++; depth > maxDepth {
				return fmt.Errorf("%w: offset %d, limit %d", ErrDepth, i, maxDepth)
			}
		case !quoted && (c == '}' || c == ']'):
			depth--
		}
	}
	if !json.Valid([]byte(text)) {
		return ErrSyntax
	}
	return nil
}

func pick(raw string, wanted [][]string) []Value {
	values := make([]Value, len(wanted))
	for i, candidates := range wanted {
		values[i] = pickOne(raw, candidates)
	}
	return values
}

func pickOne(raw string, candidates []string) Value {
	var null Value
	for _, path := range candidates {
		if path == "" {
			path = "@this"
		}
		if raw[0] != '{' && raw[0] != '[' && path != "@this" {
			continue
		}
		r := gjson.Get(raw, path)
		if !r.Exists() || r.Raw == "" {
			continue
		}
		v := Value{Kind: kindOf(r.Raw[0]), Raw: r.Raw}
		if v.Kind != Null {
			return v
		}
		null = v
	}
	return null
}

// skipSpace returns the index of the first byte at or after i that is not white space.
func skipSpace(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// reference decodes like Decoder, but in the plainest way: depth, validity,
// records and every value in passes of their own, by encoding/json and gjson.
// The tests hold the one-pass decoder against it.
func reference(s Settings, body string) (Page, error) {
	if s.MaxDepth == 0 {
		s.MaxDepth = DefaultMaxDepth
	}
	p := Page{ValidUTF8: utf8.ValidString(body), Envelope: make([]Value, len(s.Envelope))}
	body = strings.TrimPrefix(body, bom)
	raws, err := referenceRecords(s, body, &p)
	if err != nil {
		return Page{}, err
	}
	p.Rows = len(raws)
	if s.MaxRecords > 0 && len(raws) > s.MaxRecords {
		return Page{}, ErrTooMany
	}
	for _, raw := range raws {
		p.Records = append(p.Records, Record{Raw: raw, Fields: referencePicks(raw, s.Fields)})
	}
	return p, nil
}

func referenceRecords(s Settings, body string, p *Page) (raws []string, err error) {
	const space = " \t\r\n"
	if s.Format == NDJSON {
		for line := range strings.SplitSeq(body, "\n") {
			if line = strings.Trim(line, space); line == "" {
				continue
			}
			if err := referenceCheck(line, s.MaxDepth); err != nil {
				return nil, err
			}
			raws = append(raws, line)
		}
		return raws, nil
	}
	if body = strings.Trim(body, space); body == "" {
		return nil, ErrEmptyBody
	}
	if err := referenceCheck(body, s.MaxDepth); err != nil {
		return nil, err
	}
	p.Envelope = referencePicks(body, s.Envelope)
	for _, path := range recordPaths(s.Records) {
		if steps, simple := simplePath(path); simple && referenceCount(body, steps) > 1 {
			return nil, ErrAmbiguous
		}
	}
	switch v := referencePick(body, recordPaths(s.Records)); v.Kind {
	case Missing:
		if s.RecordsOptional {
			return nil, nil
		}
		return nil, ErrNoRecords
	case Null:
		return nil, nil
	case Array:
		gjson.Parse(v.Raw).ForEach(func(_, element gjson.Result) bool {
			raws = append(raws, element.Raw)
			return true
		})
		return raws, nil
	default:
		return nil, ErrNotArray
	}
}

// referenceCount counts the values that the steps lead to.
func referenceCount(raw string, steps []step) int {
	if len(steps) == 0 {
		return 1
	}
	n, index := 0, 0
	value := gjson.Parse(raw)
	value.ForEach(func(key, member gjson.Result) bool {
		hit := value.IsArray() && index == steps[0].index
		if value.IsObject() {
			hit = Value{Kind: String, Raw: key.Raw}.Text() == steps[0].key
		}
		if hit {
			n += referenceCount(member.Raw, steps[1:])
		}
		index++
		return true
	})
	return n
}

// referenceCheck tells a text that nests too deep from one that is not JSON.
func referenceCheck(text string, maxDepth int) error {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			depth++
			deepest = max(deepest, depth)
		case !quoted && (c == '}' || c == ']'):
			depth--
		}
	}
	if !json.Valid([]byte(text)) {
		return ErrSyntax
	}
	if deepest > maxDepth {
		return ErrDepth
	}
	return nil
}

func referencePicks(raw string, wanted [][]string) []Value {
	values := make([]Value, len(wanted))
	for i, candidates := range wanted {
		values[i] = referencePick(raw, candidates)
	}
	return values
}

func referencePick(raw string, candidates []string) Value {
	var null Value
	for _, path := range candidates {
		if raw[0] != '{' && raw[0] != '[' && path != "@this" {
			continue // gjson looks for brackets inside a string
		}
		text := strings.TrimSpace(gjson.Get(raw, path).Raw)
		if !json.Valid([]byte(text)) {
			continue
		}
		if v := (Value{Kind: kindOf(text[0]), Raw: text}); v.Kind != Null {
			return v
		} else if !null.Exists() {
			null = v
		}
	}
	return null
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// bareMark is put in front of a string that stands for a placeholder outside
// quotes. A NUL can't be typed into a JSON text by accident.
const bareMark = "\x00"

// maxBodyDepth bounds the nesting of a body template.
const maxBodyDepth = 64

// node is one JSON value of a body template: an object, an array, a literal, or
// a string that is a template. Order and number texts are kept as written.
type node struct {
	kind    byte // '{', '[', '"' string, '0' bare placeholder, 'l' literal
	members []member
	items   []*node
	literal string
	text    template
}

type member struct {
	name  string
	value *node
}

type jsonBody struct{ root *node }

// newJSONBody parses the template. It is a tree and not text with replacements,
// so a value can't leave its string and a member can be left out cleanly.
func newJSONBody(text string, params map[string]string) (*jsonBody, error) {
	if strings.TrimSpace(text) == "" {
		return &jsonBody{root: &node{kind: '{'}}, nil
	}
	dec := json.NewDecoder(strings.NewReader(quoteBare(text)))
	dec.UseNumber()
	root, err := parseNode(dec, params, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("has text after its JSON value")
	}
	return &jsonBody{root: root}, nil
}

// quoteBare turns {name} outside of strings into a marked string, so that the
// template becomes JSON.
func quoteBare(text string) string {
	var b strings.Builder
	inString := false
	for i := 0; i < len(text); {
		c := text[i]
		if !inString && c == '{' {
			if name, n := placeholderAt(text[i:]); n > 0 {
				b.WriteString(`"\u0000{` + name + `}"`)
				i += n
				continue
			}
		}
		if inString && c == '\\' && i+1 < len(text) {
			b.WriteString(text[i : i+2])
			i += 2
			continue
		}
		if c == '"' {
			inString = !inString
		}
		b.WriteByte(c)
		i++
	}
	return b.String()
}

func parseNode(dec *json.Decoder, params map[string]string, depth int) (*node, error) {
	if depth > maxBodyDepth {
		return nil, fmt.Errorf("is nested deeper than %d", maxBodyDepth)
	}
	token, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("is not JSON at offset %d; for another kind of body set `request::headers::Content-Type`", dec.InputOffset())
	}
	switch t := token.(type) {
	case json.Delim:
		return parseContainer(dec, byte(t), params, depth)
	case string:
		return stringNode(t, params)
	case json.Number:
		return &node{kind: 'l', literal: t.String()}, nil
	case bool:
		return &node{kind: 'l', literal: strconv.FormatBool(t)}, nil
	default:
		return &node{kind: 'l', literal: "null"}, nil
	}
}

func stringNode(s string, params map[string]string) (*node, error) {
	kind := byte('"')
	if bare, ok := strings.CutPrefix(s, bareMark); ok {
		kind, s = '0', bare
	}
	t, err := parseTemplate(s).bind(params)
	return &node{kind: kind, text: t}, err
}

func parseContainer(dec *json.Decoder, open byte, params map[string]string, depth int) (*node, error) {
	n := &node{kind: open}
	for dec.More() {
		var name string
		if open == '{' {
			key, err := dec.Token()
			if err != nil {
				return nil, fmt.Errorf("is not JSON at offset %d", dec.InputOffset())
			}
			name, _ = key.(string)
		}
		child, err := parseNode(dec, params, depth+1)
		if err != nil {
			return nil, err
		}
		if open == '{' {
			n.members = append(n.members, member{name: name, value: child})
		} else {
			n.items = append(n.items, child)
		}
	}
	_, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("is not JSON at offset %d", dec.InputOffset())
	}
	return n, nil
}

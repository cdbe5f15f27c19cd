// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxXMLNames bounds the different names among the children of one element,
// since each takes memory of its own until the element ends.
const maxXMLNames = 1024

// decodeXML reads an XML document by rewriting it as JSON; see XML for the rules.
func (d *Decoder) decodeXML(body string) (Page, error) {
	if skipSpace(body, bomSize(body)) == len(body) {
		return Page{}, ErrEmptyBody
	}
	text, err := xmlToJSON(body[bomSize(body):], d.settings)
	if err != nil {
		return Page{}, err
	}
	return d.decodeJSON(text)
}

// element is an XML element that is being read.
type element struct {
	name   string
	text   []byte
	groups []group // attributes and children by name
	index  map[string]int
}

// group is all children of one name: their JSON texts, joined by commas.
type group struct {
	name  string
	json  []byte
	count int
}

// add appends a child or an attribute.
func (e *element) add(name string, json []byte) error {
	i, ok := e.index[name]
	if !ok {
		if i = len(e.groups); i == maxXMLNames {
			return fmt.Errorf("%w: more than %d names in an element", ErrTooWide, maxXMLNames)
		}
		if e.index == nil {
			e.index = map[string]int{}
		}
		e.index[name] = i
		e.groups = append(e.groups, group{name: name})
	}
	g := &e.groups[i]
	if g.count++; g.count == 1 {
		g.json = json
		return nil
	}
	g.json = append(append(g.json, ','), json...)
	return nil
}

// size is how long the element is as JSON, but for escapes.
func (e *element) size() int {
	size := len("{}") + len(e.text) + len(`,"#text":""`)
	for _, g := range e.groups {
		size += len(g.name) + len(g.json) + len(`"":[],`)
	}
	return size
}

// appendJSON appends the element as JSON: null if it is empty, its text if it
// has nothing else, or an object.
func (e *element) appendJSON(out []byte) []byte {
	if len(e.groups) == 0 {
		if len(e.text) == 0 {
			return append(out, "null"...)
		}
		return appendQuoted(out, e.text)
	}
	out = append(out, '{')
	for i, g := range e.groups {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendQuoted(out, g.name), ':')
		if g.count > 1 {
			out = append(append(append(out, '['), g.json...), ']')
		} else {
			out = append(out, g.json...)
		}
	}
	if text := strings.TrimSpace(string(e.text)); text != "" {
		out = appendQuoted(append(out, `,"#text":`...), text)
	}
	return append(out, '}')
}

// xmlToJSON rewrites a document. Entities that the document defines itself are
// errors, so nothing can be made to grow by them.
func xmlToJSON(body string, settings Settings) (string, error) {
	decoder := xml.NewDecoder(strings.NewReader(body))
	w := xmlWriter{stack: []element{{}}, maxDepth: settings.MaxDepth, maxBytes: settings.MaxBytes}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return w.finish()
		}
		if err != nil {
			return "", xmlError(err)
		}
		if err := w.write(token); err != nil {
			return "", fmt.Errorf("%w: XML offset %d", err, decoder.InputOffset())
		}
	}
}

// xmlWriter keeps the elements that are open; the first stands for the document.
type xmlWriter struct {
	stack    []element
	maxDepth int
	maxBytes int // of the JSON, 0 = no limit
}

// write takes in one token.
func (w *xmlWriter) write(token xml.Token) error {
	top := &w.stack[len(w.stack)-1]
	switch t := token.(type) {
	case xml.StartElement:
		if len(w.stack) > w.maxDepth {
			return ErrDepth
		}
		if len(w.stack) == 1 && len(top.groups) > 0 {
			return ErrSyntax // a second root
		}
		w.stack = append(w.stack, element{name: t.Name.Local})
		return w.stack[len(w.stack)-1].addAttributes(t.Attr)
	case xml.EndElement:
		name, json := top.name, top.appendJSON(make([]byte, 0, top.size()))
		if w.maxBytes > 0 && len(json) > w.maxBytes {
			return ErrTooLarge
		}
		*top = element{}
		w.stack = w.stack[:len(w.stack)-1]
		return w.stack[len(w.stack)-1].add(name, json)
	case xml.CharData:
		top.text = append(top.text, t...)
	}
	return nil
}

// finish returns the document, which must be one element.
func (w *xmlWriter) finish() (string, error) {
	document := &w.stack[0]
	if len(document.groups) == 0 || strings.TrimSpace(string(document.text)) != "" {
		return "", fmt.Errorf("%w: not an XML document", ErrSyntax)
	}
	document.text = nil
	return string(document.appendJSON(nil)), nil
}

// addAttributes adds the attributes except declarations of name spaces.
func (e *element) addAttributes(attributes []xml.Attr) error {
	for _, a := range attributes {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		if err := e.add("@"+a.Name.Local, appendQuoted(nil, a.Value)); err != nil {
			return err
		}
	}
	return nil
}

// xmlError tells where a document is broken, without its text.
func xmlError(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%w: XML line %d", ErrSyntax, syntax.Line)
	}
	return fmt.Errorf("%w: XML", ErrSyntax)
}

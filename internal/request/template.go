// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"fmt"
	"strings"
)

// piece is literal text or, when name is set, a placeholder.
type piece struct {
	text string
	name string
}

// template is a parsed text with placeholders. The zero value is empty text.
type template []piece

// parseTemplate cuts text at its placeholders. It doesn't look at the names.
func parseTemplate(text string) template {
	var (
		t    template
		lit  strings.Builder
		rest = text
	)
	for rest != "" {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			break
		}
		lit.WriteString(rest[:i])
		rest = rest[i:]
		if name, n := escapedAt(rest); n > 0 {
			lit.WriteString("{" + name + "}")
			rest = rest[n:]
			continue
		}
		name, n := placeholderAt(rest)
		if n == 0 {
			lit.WriteByte('{')
			rest = rest[1:]
			continue
		}
		t = t.appendText(lit.String())
		lit.Reset()
		t = append(t, piece{name: name})
		rest = rest[n:]
	}
	lit.WriteString(rest)
	return t.appendText(lit.String())
}

func (t template) appendText(text string) template {
	if text == "" {
		return t
	}
	return append(t, piece{text: text})
}

// escapedAt reports the name and length of "{{name}}" at the start of s.
func escapedAt(s string) (name string, length int) {
	if !strings.HasPrefix(s, "{{") {
		return "", 0
	}
	name, n := placeholderAt(s[1:])
	if n == 0 || len(s) < n+2 || s[n+1] != '}' {
		return "", 0
	}
	return name, n + 2
}

// placeholderAt reports the name and length of "{name}" at the start of s.
func placeholderAt(s string) (name string, length int) {
	if s == "" || s[0] != '{' {
		return "", 0
	}
	end := strings.IndexByte(s, '}')
	if end < 0 || !isName(s[1:end]) {
		return "", 0
	}
	return s[1:end], end + 1
}

// isName reports whether s has the shape of a placeholder: a word, or two words
// with a dot between them.
func isName(s string) bool {
	first, second, dotted := strings.Cut(s, ".")
	return isWord(first) && (!dotted || isKey(second))
}

func isWord(s string) bool {
	return isKey(s) && !strings.Contains(s, "-") && (s[0] < '0' || s[0] > '9')
}

func isKey(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && c != '-' && !isAlphanumeric(c) {
			return false
		}
	}
	return s != ""
}

// only returns the placeholder that the template consists of, if it is one.
func (t template) only() (name string, ok bool) {
	if len(t) != 1 || t[0].name == "" {
		return "", false
	}
	return t[0].name, true
}

// dynamic reports whether the template has a placeholder.
func (t template) dynamic() bool {
	for _, p := range t {
		if p.name != "" {
			return true
		}
	}
	return false
}

// bind replaces {params.x} by escaped parameter values and checks every other
// name. What remains are placeholders that get their value at each request.
func (t template) bind(params map[string]string) (template, error) {
	out := make(template, 0, len(t))
	for _, p := range t {
		key, isParam := strings.CutPrefix(p.name, paramPrefix)
		switch {
		case p.name == "":
			out = append(out, p)
		case isParam:
			v, ok := params[key]
			if !ok {
				return nil, unknownName(p.name, params)
			}
			if v == "" && len(t) > 1 {
				return nil, fmt.Errorf("`params::%s` is empty inside other text", key)
			}
			out = append(out, piece{text: v, name: p.name})
		case isRuntimeName(p.name):
			out = append(out, p)
		default:
			return nil, unknownName(p.name, params)
		}
	}
	return out, nil
}

// expand writes the template with each value passed through escape. ok is false
// when the template is a single placeholder without a value: leave the thing
// out that it was for.
func (t template) expand(v *Values, escape func(string) string) (text string, ok bool, err error) {
	if len(t) == 1 && t[0].name == "" {
		return t[0].text, true, nil
	}
	var b strings.Builder
	for _, p := range t {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		value := p.text
		if value == "" {
			value = v.lookup(p.name)
		}
		if value == "" && len(t) == 1 {
			return "", false, nil
		}
		if value == "" {
			return "", false, fmt.Errorf("no value for {%s}", p.name)
		}
		b.WriteString(escape(value))
	}
	return b.String(), true, nil
}

func verbatim(s string) string { return s }

// Expand replaces {params.x} in a text that is no request, as a token URL's
// scope. Other placeholders have no value there and are errors.
func Expand(text string, params map[string]string) (string, error) {
	t, err := parseTemplate(text).bind(params)
	if err != nil {
		return "", err
	}
	out, _, err := t.expand(&Values{}, verbatim)
	return out, err
}

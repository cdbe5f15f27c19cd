// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// defaultUserAgent is sent when the settings name none.
const defaultUserAgent = "restaudit"

// compile parses and checks one Settings, without its Next.
func compile(s Settings) (*form, error) {
	f := &form{method: strings.ToUpper(s.Method), urlKey: s.URLKey}
	if f.urlKey == "" {
		f.urlKey = "endpoint"
	}
	if f.method == "" {
		f.method = http.MethodGet
	}
	switch f.method {
	case http.MethodGet, http.MethodPost, http.MethodPut:
	default:
		return nil, fmt.Errorf("`request::method` is %q; known are GET, POST and PUT", s.Method)
	}
	var err error
	if f.target, err = parseTarget(s.URL, s.Params); err != nil {
		return nil, fmt.Errorf("`%s`: %w", f.urlKey, err)
	}
	f.query = f.target.query
	if err := f.addQuery(s); err != nil {
		return nil, err
	}
	if err := f.addHeaders(s); err != nil {
		return nil, err
	}
	if err := f.addBody(s); err != nil {
		return nil, err
	}
	return f, f.addPlaced(s)
}

func (f *form) addQuery(s Settings) error {
	for _, name := range slices.Sorted(maps.Keys(s.Query)) {
		key := "request::query::" + name
		if has(f.query, name, false) {
			return fmt.Errorf("`%s` is also in the query of `%s`", key, f.urlKey)
		}
		t, err := parseTemplate(s.Query[name]).bind(s.Params)
		if err != nil {
			return fmt.Errorf("`%s`: %w", key, err)
		}
		f.query = append(f.query, field{name: name, value: t, key: key})
	}
	return nil
}

func (f *form) addHeaders(s Settings) error {
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		if err := f.addHeader(name, s.Headers[name], "request::headers::"+name, s.Params); err != nil {
			return err
		}
	}
	if has(f.headers, "User-Agent", true) {
		return nil
	}
	agent := s.UserAgent
	if agent == "" {
		agent = defaultUserAgent
	}
	if err := checkHeaderValue(agent); err != nil {
		return fmt.Errorf("user agent: %w", err)
	}
	f.headers = append(f.headers, field{name: "User-Agent", value: template{{text: agent}}, key: "user agent"})
	return nil
}

func (f *form) addHeader(name, value, key string, params map[string]string) error {
	if err := checkHeaderName(name); err != nil {
		return fmt.Errorf("`%s` %w", key, err)
	}
	if has(f.headers, name, true) {
		return fmt.Errorf("`%s` is set twice", key)
	}
	t, err := parseTemplate(value).bind(params)
	if err != nil {
		return fmt.Errorf("`%s`: %w", key, err)
	}
	for _, p := range t {
		if err := checkHeaderValue(p.text); err != nil {
			return fmt.Errorf("`%s`: %w", key, err)
		}
	}
	f.headers = append(f.headers, field{name: name, value: t, key: key})
	return nil
}

// addBody sets up the body if there is one, or if a parameter goes into it.
func (f *form) addBody(s Settings) error {
	placed := false
	for _, p := range s.Place {
		placed = placed || p.In == InBody
	}
	if s.Body == "" && !placed {
		return nil
	}
	contentType := ""
	for _, h := range f.headers {
		if strings.EqualFold(h.name, "Content-Type") {
			text, _, err := h.value.expand(&Values{}, verbatim)
			if err != nil {
				return fmt.Errorf("`request::headers::Content-Type`: %w", err)
			}
			contentType = text
		}
	}
	if contentType == "" {
		contentType = "application/json"
		f.headers = append(f.headers, field{name: "Content-Type", value: template{{text: contentType}}})
	}
	var err error
	if f.body, err = newBody(s.Body, contentType, s.Params); err != nil {
		return fmt.Errorf("`request::body` %w", err)
	}
	return nil
}

func (f *form) addPlaced(s Settings) error {
	for _, p := range s.Place {
		if p.Key == "" {
			p.Key = "parameter " + p.Name
		}
		if p.Name == "" {
			return fmt.Errorf("`%s` is empty", p.Key)
		}
		if err := f.placeOne(p, s.Params); err != nil {
			return err
		}
	}
	return nil
}

func (f *form) placeOne(p Param, params map[string]string) error {
	t, err := parseTemplate(p.Value).bind(params)
	if err != nil {
		return fmt.Errorf("`%s`: %w", p.Key, err)
	}
	switch p.In {
	case InQuery, "":
		if has(f.query, p.Name, false) {
			return fmt.Errorf("`%s`: the query parameter %s is set twice", p.Key, p.Name)
		}
		f.query = append(f.query, field{name: p.Name, value: t, key: p.Key})
	case InHeader:
		return f.addHeader(p.Name, p.Value, p.Key, params)
	case InBody:
		if err := f.body.place(p, t); err != nil {
			return fmt.Errorf("`%s` %w", p.Key, err)
		}
	default:
		return fmt.Errorf("`%s`: %q is not a location; known are query, header and body", p.Key, p.In)
	}
	return nil
}

func has(fields []field, name string, fold bool) bool {
	for _, f := range fields {
		if f.name == name || fold && strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

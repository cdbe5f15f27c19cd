// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"maps"
	"strings"
)

// Location says where a Param goes.
type Location string

// The locations. InBody is a path inside a JSON body ("variables.after", a dot
// in a name is written "\."), or a field of a form body.
const (
	InQuery  Location = "query"
	InHeader Location = "header"
	InBody   Location = "body"
)

// Param is one pagination or time parameter: a template that is placed by name.
type Param struct {
	Name  string
	In    Location // "" is InQuery
	Value string   // template, usually one placeholder such as "{cursor}"

	// AsNumber writes the value into a JSON body without quotes (unix times).
	// {offset}, {page} and {page_size} are numbers without it.
	AsNumber bool

	// Key is the YAML key that set the parameter, for error texts, as
	// "pagination::cursor_param". Optional.
	Key string
}

// Settings describes the requests of one source. All texts but Method and
// UserAgent are templates.
type Settings struct {
	// Method is the HTTP method; "" is GET.
	Method string
	// URL is the endpoint. Its host must not depend on the position: only
	// {params.x} may stand there. A query in it is kept, merged with Query.
	URL string
	// URLKey is the YAML key that URL comes from, for error texts. "" is
	// "endpoint".
	URLKey string
	// Query holds query parameters, not encoded.
	Query map[string]string
	// Headers holds request headers.
	Headers map[string]string
	// Body is the request body. Its kind follows from the Content-Type header,
	// which is application/json unless Headers says otherwise.
	Body string
	// Params are the values of {params.x}.
	Params map[string]string
	// Place holds the pagination and time parameters.
	Place []Param
	// UserAgent is sent unless Headers has a User-Agent. Vendors refuse requests
	// without one (GitHub), so "" is "restaudit".
	UserAgent string

	// Next is used instead for every request but the first of a walk, for
	// vendors whose follow-up request carries the cursor alone. Its empty Method,
	// URL and UserAgent and its nil Params are taken from the outer Settings, its
	// Headers are laid over the outer ones; Query, Body and Place are its own.
	// Its own Next is ignored.
	Next *Settings
}

// Asks tells whether each request depends on the placeholder of that name.
func (s Settings) Asks(name string) bool {
	if s.Next != nil && !s.Next.Asks(name) {
		return false
	}
	hole := "{" + name + "}"
	for _, p := range s.Place {
		if strings.Contains(p.Value, hole) {
			return true
		}
	}
	for _, texts := range []map[string]string{s.Query, s.Headers} {
		for _, text := range texts {
			if strings.Contains(text, hole) {
				return true
			}
		}
	}
	return strings.Contains(s.URL, hole) || strings.Contains(s.Body, hole)
}

// inherit fills what the follow-up settings leave open.
func (s Settings) inherit(outer Settings) Settings {
	if s.Method == "" {
		s.Method = outer.Method
	}
	if s.URL == "" {
		s.URL, s.URLKey = outer.URL, outer.URLKey
	}
	if s.UserAgent == "" {
		s.UserAgent = outer.UserAgent
	}
	if s.Params == nil {
		s.Params = outer.Params
	}
	headers := make(map[string]string, len(outer.Headers)+len(s.Headers))
	maps.Copy(headers, outer.Headers)
	maps.Copy(headers, s.Headers)
	s.Headers = headers
	s.Next = nil
	return s
}

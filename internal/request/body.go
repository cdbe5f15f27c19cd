// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"encoding/xml"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
)

// body is a request body that can be written for each position.
type body interface {
	// render returns the bytes of the body. Safe for concurrent use.
	render(v *Values) (string, error)
	// place adds a parameter at construction.
	place(p Param, value template) error
}

// bodyKind tells the kind of body from its media type.
func newBody(text, contentType string, params map[string]string) (body, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, errors.New("`request::headers::Content-Type` is not a media type")
	}
	switch {
	case media == "application/x-www-form-urlencoded":
		return newFormBody(text, params)
	case isJSON(media):
		return newJSONBody(text, params)
	}
	t, err := parseTemplate(text).bind(params)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(media, "xml") {
		return &textBody{text: t, escape: escapeXML}, nil
	}
	return &textBody{text: t, escape: verbatim}, nil
}

// isJSON knows application/json and its relatives: application/graphql+json,
// application/x-amz-json-1.1, text/json.
func isJSON(media string) bool {
	_, sub, _ := strings.Cut(media, "/")
	return sub == "json" || strings.HasSuffix(sub, "+json") || strings.HasPrefix(sub, "x-amz-json")
}

// textBody is a body without a syntax that we know, or XML.
type textBody struct {
	text   template
	escape func(string) string
}

func (b *textBody) render(v *Values) (string, error) {
	text, _, err := b.text.expand(v, b.escape)
	return text, err
}

func (b *textBody) place(Param, template) error {
	return errors.New("a parameter in the body needs a JSON or form body")
}

func escapeXML(s string) string {
	var b strings.Builder
	// EscapeText fails only if the writer does, and a Builder never does.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// formBody is application/x-www-form-urlencoded. Names are kept as written;
// values are decoded once at construction and encoded once at each request.
type formBody struct{ fields []field }

func newFormBody(text string, params map[string]string) (*formBody, error) {
	fields, err := parseURLQuery(strings.TrimSpace(text), params)
	if err != nil {
		return nil, err
	}
	return &formBody{fields: fields}, nil
}

func (b *formBody) place(p Param, value template) error {
	for _, f := range b.fields {
		if f.name == p.Name {
			return errors.New("is also in `request::body`")
		}
	}
	b.fields = append(b.fields, field{name: p.Name, value: value})
	return nil
}

func (b *formBody) render(v *Values) (string, error) {
	var out strings.Builder
	for _, f := range b.fields {
		text, ok, err := f.value.expand(v, verbatim)
		if err != nil {
			return "", fmt.Errorf("field %s: %w", f.name, err)
		}
		if !ok {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(f.name) + "=" + url.QueryEscape(text))
	}
	return out.String(), nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Builder writes the requests of one source. It is immutable and safe for
// concurrent use.
type Builder struct {
	first *form
	next  *form // nil without Settings.Next
}

// form is one compiled Settings.
type form struct {
	method  string
	urlKey  string
	target  target
	query   []field
	headers []field
	body    body // nil without a body
}

// New compiles and checks the settings. Every error of configuration is found
// here and names its YAML key; Build fails only for missing or hostile values.
func New(s Settings) (*Builder, error) {
	first, err := compile(s)
	if err != nil {
		return nil, err
	}
	b := &Builder{first: first}
	if s.Next == nil {
		return b, nil
	}
	if b.next, err = compile(s.Next.inherit(s)); err != nil {
		return nil, fmt.Errorf("`request::next`: %w", err)
	}
	return b, nil
}

// Build writes the request for one position. It is deterministic: equal values
// give equal requests. The request can be sent again (GetBody is set).
func (b *Builder) Build(ctx context.Context, v Values) (*http.Request, error) {
	f := b.first
	if v.Follow && b.next != nil {
		f = b.next
	}
	u, err := f.url(&v)
	if err != nil {
		return nil, err
	}
	header, err := buildHeaders(f.headers, &v)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	var reader io.Reader
	if f.body != nil {
		text, err := f.body.render(&v)
		if err != nil {
			return nil, fmt.Errorf("request: `request::body`: %w", err)
		}
		// NewRequest knows a strings.Reader and sets ContentLength and GetBody.
		reader = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, f.method, "", reader)
	if err != nil {
		return nil, errors.New("request: can't be made from the method") // the cause quotes the input
	}
	req.URL, req.Host, req.Header = u, u.Host, header
	return req, nil
}

// url is the override if there is one, else the templates' URL.
func (f *form) url(v *Values) (*url.URL, error) {
	if v.URL != nil {
		if v.URL.Host == "" || v.URL.Opaque != "" || v.URL.Scheme != "https" && v.URL.Scheme != "http" {
			return nil, errors.New("request: the next URL is not an absolute http(s) URL")
		}
		u := *v.URL
		u.Fragment, u.RawFragment = "", "" // never part of a request
		return &u, nil
	}
	u, err := f.target.build(v)
	if err != nil {
		return nil, fmt.Errorf("request: `%s`: %w", f.urlKey, err)
	}
	if u.RawQuery, err = buildQuery(f.query, v); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	return u, nil
}

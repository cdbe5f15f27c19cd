// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// target is the template of a URL: a fixed origin, a path with placeholders,
// and the query that was written into the URL.
type target struct {
	scheme, host string
	path         template // literals are escaped already
	query        []field
}

// field is a named template: a query parameter, header or form field.
type field struct {
	name  string
	value template
	key   string // YAML key for errors
}

// parseTarget splits and checks the URL template. The values of params are put
// in here, so that the origin is fixed before the first request.
func parseTarget(text string, params map[string]string) (target, error) {
	if text == "" {
		return target{}, errors.New("missing")
	}
	text, err := fixOrigin(text, params)
	if err != nil {
		return target{}, err
	}
	if strings.Contains(text, "#") {
		return target{}, errors.New("has a fragment (#), which is never sent")
	}
	text, query, _ := strings.Cut(text, "?")
	scheme, rest, _ := strings.Cut(text, "://")
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	t := target{scheme: strings.ToLower(scheme), host: host}
	if err := t.checkOrigin(); err != nil {
		return target{}, err
	}
	if t.path, err = parsePath(path, params); err != nil {
		return target{}, err
	}
	t.query, err = parseURLQuery(query, params)
	return t, err
}

// fixOrigin replaces {params.x} in scheme and host. A parameter at the very
// start may hold a whole base URL; one inside the host holds host characters
// only, else it could move the request to another host.
func fixOrigin(text string, params map[string]string) (string, error) {
	if name, n := placeholderAt(text); n > 0 {
		value, err := originParam(name, params)
		if err != nil {
			return "", err
		}
		text = strings.TrimSuffix(value, "/") + text[n:]
		if strings.ContainsAny(value, "{}") {
			return "", fmt.Errorf("{%s} must not have braces", name)
		}
	}
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return "", errors.New("must start with https:// or http://")
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	var host strings.Builder
	for _, p := range parseTemplate(rest[:end]) {
		if p.name == "" {
			host.WriteString(p.text)
			continue
		}
		value, err := originParam(p.name, params)
		if err != nil {
			return "", err
		}
		if !isHostText(value) {
			return "", fmt.Errorf("{%s} stands in the host and must have only letters, digits, dots, hyphens and a port", p.name)
		}
		host.WriteString(value)
	}
	return scheme + "://" + host.String() + rest[end:], nil
}

// originParam returns a parameter that is allowed in scheme and host.
func originParam(name string, params map[string]string) (string, error) {
	if isRuntimeName(name) {
		return "", fmt.Errorf("{%s} must not stand in the host", name)
	}
	key, isParam := strings.CutPrefix(name, paramPrefix)
	value, ok := params[key]
	if !isParam || !ok {
		return "", unknownName(name, params)
	}
	if value == "" {
		return "", fmt.Errorf("{%s} is empty", name)
	}
	return value, nil
}

func isHostText(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '.' && c != '-' && c != '_' && c != ':' && !isAlphanumeric(c) {
			return false
		}
	}
	return s != ""
}

func (t *target) checkOrigin() error {
	if t.scheme != "https" && t.scheme != "http" {
		return errors.New("must start with https:// or http://")
	}
	u, err := url.Parse(t.scheme + "://" + t.host + "/")
	switch {
	case err == nil && u.User != nil:
		return errors.New("has a user or password in it; use `credentials::basic`")
	case err != nil || u.Hostname() == "" || u.Host != t.host:
		return errors.New("has no valid host")
	}
	return nil
}

// parsePath binds the path and escapes its literal text, keeping what the
// template has escaped itself (%2F stays %2F).
func parsePath(path string, params map[string]string) (template, error) {
	t, err := parseTemplate(path).bind(params)
	if err != nil {
		return nil, err
	}
	for i, p := range t {
		if p.name != "" {
			continue
		}
		if _, err := url.PathUnescape(p.text); err != nil {
			return nil, errors.New("has a wrong %-escape in its path")
		}
		t[i].text = escapeLiteral(p.text)
	}
	return t, nil
}

// escapeLiteral escapes what can't stand in a path (RFC 3986, section 3.3) and
// leaves "/" and the escapes that are there already.
func escapeLiteral(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isAlphanumeric(c) || strings.IndexByte("-._~!$&'()*+,;=:@/%", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// parseURLQuery takes the query that was written into the URL. Text between
// placeholders is decoded once, as it will be encoded once.
func parseURLQuery(query string, params map[string]string) ([]field, error) {
	var out []field
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, errors.New("has a wrong %-escape in its query")
		}
		t, err := parseTemplate(value).bind(params)
		if err != nil {
			return nil, err
		}
		for i, p := range t {
			if p.name != "" {
				continue
			}
			if t[i].text, err = url.QueryUnescape(p.text); err != nil {
				return nil, errors.New("has a wrong %-escape in its query")
			}
		}
		out = append(out, field{name: name, value: t, key: "endpoint"})
	}
	return out, nil
}

// build returns the URL of one request without its query.
func (t *target) build(v *Values) (*url.URL, error) {
	escaped, ok, err := t.path.expand(v, url.PathEscape)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("no value for the placeholder in its path")
	}
	// A server or proxy would resolve dot segments and so leave the path that
	// was configured; some do so after they unescaped a slash, or take a backslash
	// for one. The values come from the vendor or from params.
	for segment := range strings.FieldsFuncSeq(escaped, isSlash) {
		plain, _ := url.PathUnescape(segment)
		for part := range strings.FieldsFuncSeq(plain, isSlash) {
			if t.path.dynamic() && (part == "." || part == "..") {
				return nil, errors.New("a value makes a . or .. segment of its path")
			}
		}
	}
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, errors.New("a value breaks its path")
	}
	return &url.URL{Scheme: t.scheme, Host: t.host, Path: path, RawPath: escaped}, nil
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }

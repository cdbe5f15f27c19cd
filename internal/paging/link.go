// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// maxLinkBytes bounds how much of all Link header lines is read.
const maxLinkBytes = 64 << 10

// FindLink returns the target of the first link with relation rel in the lines
// of a Link header (RFC 8288 section 3), "" when there is none. Several header
// lines, several links in a line, several relations of a link, quoted commas
// and relative targets are all allowed; the target is returned as written.
func FindLink(lines []string, rel string) string {
	budget := maxLinkBytes
	for _, line := range lines {
		if budget -= len(line); budget < 0 {
			return ""
		}
		for rest := line; rest != ""; {
			var target, params string
			target, params, rest = cutLink(rest)
			if target != "" && hasRel(params, rel) {
				return target
			}
		}
	}
	return ""
}

// cutLink takes the first link-value off s.
func cutLink(s string) (target, params, rest string) {
	open := strings.IndexByte(s, '<')
	if open < 0 {
		return "", "", ""
	}
	s = s[open+1:]
	end := strings.IndexByte(s, '>')
	if end < 0 {
		return "", "", ""
	}
	target, s = s[:end], s[end+1:]
	comma := unquotedIndex(s, ',')
	if comma < 0 {
		return target, s, ""
	}
	return target, s[:comma], s[comma+1:]
}

// hasRel tells whether the parameters of a link name the relation rel. Only the
// first rel parameter counts (RFC 8288 section 3.3); names are case-insensitive.
func hasRel(params, rel string) bool {
	for params != "" {
		params = strings.TrimLeft(params, "; \t")
		end := unquotedIndex(params, ';')
		param := params
		if end >= 0 {
			param, params = params[:end], params[end+1:]
		} else {
			params = ""
		}
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "rel") {
			continue
		}
		for one := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
			if strings.EqualFold(one, rel) {
				return true
			}
		}
		return false
	}
	return false
}

// unquotedIndex is the index of the first c in s outside of a quoted string,
// -1 when there is none.
func unquotedIndex(s string, c byte) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == c && !quoted:
			return i
		}
	}
	return -1
}

var errNextURL = errors.New("next URL can't be read")

// Resolve makes a vendor's next URL absolute against the URL that was asked
// for (RFC 3986 section 5). It does not judge where the URL leads: the sender's
// origin rule does.
func Resolve(base *url.URL, ref string) (string, error) {
	if strings.ContainsAny(ref, "\r\n\x00") || len(ref) > 16<<10 {
		return "", errNextURL
	}
	u, err := base.Parse(strings.TrimSpace(ref))
	if err != nil {
		// The text of url.Error holds the URL, and a URL can hold a secret.
		return "", fmt.Errorf("%w: not a valid URL reference", errNextURL)
	}
	u.Fragment, u.RawFragment = "", ""
	u.RawQuery = escapeQuery(u.RawQuery)
	absolute := u.String()
	if again, err := url.Parse(absolute); err != nil || again.Host == "" {
		return "", fmt.Errorf("%w: it names no host", errNextURL)
	}
	return absolute, nil
}

// escapeQuery escapes what no request line may hold: Trend Micro's next link has
// blanks in it. All else stays as the vendor wrote it.
func escapeQuery(query string) string {
	bad := func(c byte) bool { return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' }
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; bad(c) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package paging

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

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

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"fmt"
	"net/url"
	"strings"
)

// buildQuery encodes each value exactly once. Several values of one name stay
// in order; names are sorted, as net/url does.
func buildQuery(fields []field, v *Values) (string, error) {
	q := make(url.Values, len(fields))
	for _, f := range fields {
		text, ok, err := f.value.expand(v, verbatim)
		if err != nil {
			return "", fmt.Errorf("`%s`: %w", f.key, err)
		}
		if ok {
			q.Add(f.name, text)
		}
	}
	return encode(q), nil
}

// encode writes a space as %20. "+" means a space only in form encoding, and
// servers that follow RFC 3986 strictly (AWS among them) read it as a plus; %20
// is understood by all. A plus in a value is %2B already.
func encode(q url.Values) string {
	return strings.ReplaceAll(q.Encode(), "+", "%20")
}

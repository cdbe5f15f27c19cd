// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import "github.com/restaudit/otelcol-audit/internal/page"

// Judge reads an answer of the vendor's and tells how many records it has, and
// which of them `match_on` and `exclude_on` leave out, as they are written. It
// is for previews: a running source only counts them.
func (c *Config) Judge(body string) (records int, leftOut []string, err error) {
	compiled, err := c.compile()
	if err != nil {
		return 0, nil, err
	}
	settings := compiled.fetch.Page
	if len(c.MatchPath) > 0 {
		settings.Fields = [][]string{c.MatchPath}
	}
	decoder, err := page.NewDecoder(settings)
	if err != nil {
		return 0, nil, err
	}
	decoded, err := decoder.Decode(body)
	if err != nil {
		return 0, nil, err
	}
	for _, r := range decoded.Records {
		text := r.Raw
		if len(c.MatchPath) > 0 {
			text = r.Fields[0].Text()
		}
		if keep := compiled.fetch.Filter; keep != nil && !keep.Keep(text) {
			leftOut = append(leftOut, r.Raw)
		}
	}
	return len(decoded.Records), leftOut, nil
}

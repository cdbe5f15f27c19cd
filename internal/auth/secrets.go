// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import "net/url"

// secrets are the several secrets of one kind of credentials. Some may be nil.
type secrets []*secret

// reload reads all files again.
func (s secrets) reload() (changed bool, err error) {
	for _, one := range s {
		if one == nil {
			continue
		}
		c, err := one.reload()
		if err != nil {
			return false, err
		}
		changed = changed || c
	}
	return changed, nil
}

// texts returns all of them, in the spellings in which they are sent.
func (s secrets) texts() []string {
	var out []string
	for _, one := range s {
		if one != nil {
			out = append(out, one.texts()...)
		}
	}
	return withEscapes(out)
}

// withEscapes adds the query-escaped spelling of each text that has another.
func withEscapes(texts []string) []string {
	for _, t := range texts {
		if escaped := url.QueryEscape(t); escaped != t {
			texts = append(texts, escaped)
		}
	}
	return texts
}

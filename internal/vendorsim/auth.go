// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"strings"
	"time"
)

// saltToken keeps the tokens that a vendor issues apart from its cursors.
const saltToken = 0x746f6b656e

// bearer reports whether the request has the vendor's bearer token, or one that the vendor issued and that is valid.
func (c *call) bearer() bool {
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	return ok && (token == c.opts.Credentials.Token || c.issued(token))
}

// issue makes a token that is valid for the vendor's TokenTTL.
func (c *call) issue() (token string, expires time.Time) {
	expires = c.now.Add(c.opts.TokenTTL)
	return cursor{issued: expires, pos: int64(c.seq)}.encode(mix(c.key, saltToken)), expires
}

// issued reports whether the token is one of issue that hasn't expired.
func (c *call) issued(token string) bool {
	cur, err := decodeCursor(token, mix(c.key, saltToken))
	return err == nil && c.now.Before(cur.issued)
}

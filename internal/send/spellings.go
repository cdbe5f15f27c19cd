// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
)

// keptSecret is the shortest secret that is looked for in what is kept: a
// shorter one may be part of an ordinary cursor.
const keptSecret = 8

var errSecretInPosition = errors.New("the vendor's next URL or cursor repeats a secret: it can't be kept")

// spellings are the forms in which a vendor may say a secret back, but for those
// that a view reads.
func spellings(secret string) []string {
	out := []string{secret, hex.EncodeToString([]byte(secret))}
	// Base64 looks different at each of three offsets. The characters at both ends
	// that depend on the neighbours, too, are left out.
	for offset := range 3 {
		text := []byte("xx"[:offset] + secret)
		from, to := (8*offset+5)/6, len(text)*8/6
		if to-from >= keptSecret {
			out = append(out, base64.RawStdEncoding.EncodeToString(text)[from:to], base64.RawURLEncoding.EncodeToString(text)[from:to])
		}
	}
	return out
}

// lower makes an ASCII letter lower case.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// fold makes ASCII letters lower case; the length stays.
func fold(text string) string {
	b := []byte(text)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

// HasSecret tells whether a text that is to be kept has one of the secrets in
// it, in any of its spellings and whatever their case.
func HasSecret(text string, secrets []string) bool { return found(text, needlesOf(secrets, false)) }

// CheckKept returns an error if a cursor or URL can't be kept for a secret in it.
func CheckKept(text string, secrets []string) error {
	if HasSecret(text, secrets) {
		return errSecretInPosition
	}
	return nil
}

// StripSecrets leaves out the parameters of a next URL that repeat a secret, so
// that it can be kept: credentials put their own on each request. The order of
// the others stays.
func StripSecrets(u *url.URL, secrets []string) *url.URL {
	var kept []string
	needles := needlesOf(secrets, false)
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if !found(pair, needles) {
			kept = append(kept, pair)
		}
	}
	out := *u
	out.RawQuery = strings.Join(kept, "&")
	return &out
}

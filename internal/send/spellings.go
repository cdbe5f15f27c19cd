// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// keptSecret is the shortest secret that is looked for in what is kept: a
// shorter one may be part of an ordinary cursor.
const keptSecret = 8

var errSecretInPosition = errors.New("the vendor's next URL or cursor repeats a secret: it can't be kept")

// spellings are the forms in which a vendor may say a secret back: those that it
// has on its way there.
func spellings(secret string) []string {
	quoted, _ := json.Marshal(secret) //nolint:errchkjson // a text always marshals
	digits := hex.EncodeToString([]byte(secret))
	out := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), digits, strings.ToUpper(digits),
	}
	// Base64 looks different at each of three offsets. The characters at both ends
	// that depend on the neighbours, too, are left out.
	for offset := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", offset) + secret))
		from, to := (8*offset+5)/6, (offset+len(secret))*8/6
		if to-from >= keptSecret {
			text = text[from:to]
			out = append(out, text, strings.NewReplacer("+", "-", "/", "_").Replace(text))
		}
	}
	return out
}

// fold makes ASCII letters lower case; the length stays.
func fold(text string) string {
	b := []byte(text)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// HasSecret tells whether a text that is to be kept has one of the secrets in
// it, in any of its spellings and whatever their case.
func HasSecret(text string, secrets []string) bool {
	text = fold(text)
	for _, secret := range secrets {
		if len(secret) < keptSecret {
			continue
		}
		for _, s := range spellings(secret) {
			if strings.Contains(text, fold(s)) {
				return true
			}
		}
	}
	return false
}

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
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		plain, err := url.QueryUnescape(pair)
		if err != nil {
			plain = pair
		}
		if !HasSecret(pair, secrets) && !HasSecret(plain, secrets) {
			kept = append(kept, pair)
		}
	}
	out := *u
	out.RawQuery = strings.Join(kept, "&")
	return &out
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// secretNames are query parameters that carry credentials at some vendor, so
// their values are hidden even if the configuration doesn't call them secret.
var secretNames = []string{
	"access_token", "api_key", "apikey", "api-key", "auth", "client_secret", "code", "key", "password",
	"secret", "sig", "signature", "token", "x-amz-credential", "x-amz-security-token", "x-amz-signature",
}

// Redacted describes a request for a log line: method and URL, without user
// info, and with the values of secret query parameters replaced by "***".
// secretParams are names to hide besides the usual ones.
func Redacted(req *http.Request, secretParams []string) string {
	if req == nil || req.URL == nil {
		return ""
	}
	u := url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host, Path: req.URL.Path, RawPath: req.URL.RawPath}
	text := req.Method + " " + u.String()
	sep := "?"
	for pair := range strings.SplitSeq(req.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		name, _, _ := strings.Cut(pair, "=")
		if isSecretName(name, secretParams) {
			pair = name + "=***"
		}
		text += sep + pair
		sep = "&"
	}
	return text
}

// isSecretName compares decoded names, so that %74oken is token. A name that
// can't be decoded is treated as secret.
func isSecretName(name string, more []string) bool {
	plain, err := url.QueryUnescape(name)
	if err != nil {
		return true
	}
	plain = strings.ToLower(plain)
	return slices.Contains(secretNames, plain) ||
		slices.ContainsFunc(more, func(s string) bool { return strings.EqualFold(s, plain) })
}

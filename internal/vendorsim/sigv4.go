// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// signed checks an AWS Signature Version 4 in the Authorization header: the access key id (KeyID), the service, a date
// within 15 minutes, host and x-amz-date among the signed headers, and the signature over the whole request. It follows
// the published algorithm and shares nothing with the SDK that clients sign with.
func (c *call) signed(service string) bool {
	fields, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	if !ok {
		return false
	}
	part := map[string]string{}
	for item := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		part[name] = value
	}
	id, scope, _ := strings.Cut(part["Credential"], "/")
	scopes := strings.Split(scope, "/") // date, region, service, aws4_request
	stamp := c.r.Header.Get("X-Amz-Date")
	at, err := time.Parse("20060102T150405Z", stamp)
	names := strings.Split(part["SignedHeaders"], ";")
	if err != nil || id != c.opts.Credentials.KeyID || len(scopes) != 4 || scopes[2] != service ||
		scopes[0] != stamp[:8] || c.now.Sub(at).Abs() > 15*time.Minute ||
		!slices.Contains(names, "host") || !slices.Contains(names, "x-amz-date") {
		return false
	}
	sum := sha256.Sum256([]byte(c.canonical(names)))
	toSign := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	key := []byte("AWS4" + c.opts.Credentials.KeySecret)
	for _, s := range scopes {
		key = hmacSHA256(key, s)
	}
	return hmac.Equal([]byte(hex.EncodeToString(hmacSHA256(key, toSign))), []byte(part["Signature"]))
}

// canonical is the canonical request of SigV4. Requests here have no query.
func (c *call) canonical(names []string) string {
	path := c.r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	var b strings.Builder
	b.WriteString(c.r.Method + "\n" + path + "\n" + c.r.URL.Query().Encode() + "\n")
	for _, name := range names {
		value := strings.Join(c.r.Header.Values(name), ",")
		switch name {
		case "host":
			value = c.r.Host
		case "content-length":
			value = strconv.Itoa(len(c.body))
		}
		b.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	sum := sha256.Sum256(c.body)
	b.WriteString("\n" + strings.Join(names, ";") + "\n" + hex.EncodeToString(sum[:]))
	return b.String()
}

func hmacSHA256(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

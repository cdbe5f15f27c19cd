// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// header puts one secret into one header, behind a fixed prefix.
type header struct {
	name, prefix string
	secret       *secret
	open         send.Open
}

func newHeader(name, prefix string, s *secret, open send.Open) *header {
	return &header{name: name, prefix: prefix, secret: s, open: open}
}

func (h *header) Authorize(_ context.Context, req *http.Request) error {
	value, err := h.secret.get()
	if err != nil {
		return err
	}
	req.Header.Set(h.name, h.prefix+value)
	return nil
}

func (h *header) Refresh(context.Context) (bool, error) { return h.secret.reload() }

// Secrets includes the last word of a value such as "SSWS TOKEN", and the parts
// of one such as "Token token=KEY" or "KEY/ID".
func (h *header) Secrets() []string {
	texts := h.secret.texts()
	for _, t := range texts {
		if i := strings.LastIndexByte(t, ' '); i >= 0 {
			word := t[i+1:]
			_, value, _ := strings.Cut(word, "=")
			texts = append(append(texts, word), h.open.Alone(strings.Trim(value, `="`))...)
		}
		texts = append(texts, h.open.Parts(t)...)
	}
	return texts
}

// basic is HTTP basic authentication.
type basic struct {
	username string
	password *secret
	open     send.Open
}

func newBasic(c *BasicConfig, open send.Open) *basic {
	return &basic{username: string(c.Username), password: newSecret("basic::password", c.Password, c.PasswordFile), open: open}
}

func (b *basic) Authorize(_ context.Context, req *http.Request) error {
	password, err := b.password.get()
	if err != nil {
		return err
	}
	req.SetBasicAuth(b.username, password)
	return nil
}

func (b *basic) Refresh(context.Context) (bool, error) { return b.password.reload() }

// Secrets includes the user name, which is the token at some vendors: with no
// password, or with any.
func (b *basic) Secrets() []string {
	texts := append(b.password.texts(), b.open.Alone(b.username)...)
	for _, t := range b.password.texts() {
		texts = append(texts, base64.StdEncoding.EncodeToString([]byte(b.username+":"+t)))
		if t == "" {
			texts = append(texts, b.username)
		}
	}
	return texts
}

func newAPIKey(c *APIKeyConfig, open send.Open) Authorizer {
	s := newSecret("api_key::value", c.Value, c.ValueFile)
	switch {
	case c.Body != "":
		return &bodyKey{path: strings.Split(c.Body, "."), secret: s}
	case c.Query != "":
		return &queryKey{name: c.Query, secret: s}
	case c.Header != "":
		return newHeader(c.Header, "", s, open)
	}
	return newHeader("X-API-Key", "", s, open)
}

// queryKey puts one secret into one query parameter.
type queryKey struct {
	name   string
	secret *secret
}

func (k *queryKey) Authorize(_ context.Context, req *http.Request) error {
	value, err := k.secret.get()
	if err != nil {
		return err
	}
	setQuery(req, k.name, value)
	return nil
}

// setQuery leaves the rest of the query byte for byte: it may be a link of the
// vendor, which is sent as it came.
func setQuery(req *http.Request, key, value string) {
	var kept []string
	for pair := range strings.SplitSeq(req.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); pair != "" && (err != nil || plain != key) {
			kept = append(kept, pair)
		}
	}
	kept = append(kept, url.QueryEscape(key)+"="+url.QueryEscape(value))
	req.URL.RawQuery = strings.Join(kept, "&")
}

func (k *queryKey) Refresh(context.Context) (bool, error) { return k.secret.reload() }

func (k *queryKey) Secrets() []string {
	return withEscapes(k.secret.texts())
}

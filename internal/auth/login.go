// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// login gets tokens by a configured request.
type login struct {
	cfg      LoginConfig
	exchange *exchanger
	secrets  map[string]*secret
}

func newLogin(cfg LoginConfig, s Settings) (Authorizer, error) {
	cfg = cfg.withDefaults()
	l := &login{cfg: cfg, secrets: map[string]*secret{}}
	for name, value := range cfg.Secrets {
		l.secrets[name] = newSecret("login::secrets::"+name, value, "")
	}
	for name, path := range cfg.SecretFiles {
		l.secrets[name] = newSecret("login::secret_files::"+name, "", path)
	}
	prefix, _, _ := strings.Cut(cfg.Value, tokenMark)
	a := &tokenAuth{tokens: newTokens(l.fetch), place: place{header: cfg.Header, prefix: prefix, query: cfg.Query}}
	a.place.suffix = cfg.Value[len(prefix)+len(tokenMark):]
	// The templates are checked with stand-ins: a file may appear later.
	probe := map[string]string{}
	for name, one := range l.secrets {
		a.held = append(a.held, one)
		probe[name] = "x"
	}
	settings := request.Settings{
		Method: cfg.Method, URL: cfg.URL, URLKey: "credentials::login::url", Headers: cfg.Headers, Body: cfg.Body, Params: probe,
	}
	var err error
	if l.exchange, err = newExchanger("login", settings, s, a.Secrets); err != nil {
		return nil, fmt.Errorf("`credentials::login`: %w", err)
	}
	// Built anew for each login, with the secrets as they are then.
	l.exchange.build = func() (*request.Builder, error) {
		params, err := l.params(s.Params)
		if err != nil {
			return nil, err
		}
		now := settings
		now.Params = params
		return request.New(now)
	}
	return a, nil
}

// params are those of the source with the secrets laid over them.
func (l *login) params(params map[string]string) (map[string]string, error) {
	out := merged(params, nil)
	for name, one := range l.secrets {
		text, err := one.get()
		if err != nil {
			return nil, err
		}
		out[name] = text
	}
	return out, nil
}

func (l *login) fetch(ctx context.Context) (token, error) {
	resp, err := l.exchange.do(ctx, nil)
	if err != nil {
		return token{}, err
	}
	body := resp.Body
	if !json.Valid([]byte(body)) {
		body = ""
	}
	text, err := l.exchange.tokenText(l.find(resp, body))
	if err != nil {
		return token{}, err
	}
	now := time.Now()
	tok := token{text: text}
	if l.cfg.ExpiresPath != "" {
		tok.expires = expiry(gjson.Get(body, l.cfg.ExpiresPath), now)
	}
	if l.cfg.Lifetime > 0 && tok.expires.IsZero() {
		tok.expires = now.Add(l.cfg.Lifetime)
	}
	return tok, nil
}

// find returns the token, "" if it isn't where it should be.
func (l *login) find(resp *send.Response, body string) string {
	switch {
	case l.cfg.TokenHeader != "":
		return resp.Header.Get(l.cfg.TokenHeader)
	case l.cfg.TokenCookie != "":
		for _, c := range (&http.Response{Header: resp.Header}).Cookies() {
			if c.Name == l.cfg.TokenCookie {
				return c.Value
			}
		}
		return ""
	}
	return textOf(gjson.Get(body, l.cfg.TokenPath))
}

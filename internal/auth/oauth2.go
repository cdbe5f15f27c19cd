// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/internal/request"
)

// oauth2 gets access tokens from a token endpoint.
type oauth2 struct {
	cfg      OAuth2Config
	exchange *exchanger
	secret   *secret
	password *secret
	key      *signer // nil without a private key
	refresh  *rotating
	fixed    url.Values // fields that never change
}

func newOAuth2(cfg OAuth2Config, s Settings) (Authorizer, error) {
	cfg = cfg.withDefaults()
	o := &oauth2{
		cfg:      cfg,
		secret:   newSecret("oauth2::client_secret", cfg.ClientSecret, cfg.ClientSecretFile),
		password: newSecret("oauth2::password", cfg.Password, cfg.PasswordFile),
	}
	held := secrets{o.secret, o.password}
	if cfg.Grant == grantRefresh {
		o.refresh = newRotating(newSecret("oauth2::refresh_token", cfg.RefreshToken, cfg.RefreshTokenFile), s.Store)
		held = append(held, o.refresh.seed)
	}
	a := &tokenAuth{tokens: newTokens(o.fetch), place: place{header: cfg.Header, prefix: strings.TrimLeft(cfg.Scheme+" ", " ")}, held: held}
	if o.refresh != nil {
		a.rotated = &o.refresh.memory
	}
	var err error
	if o.exchange, err = newExchanger("oauth2", request.Settings{Method: http.MethodPost, URL: cfg.TokenURL, URLKey: "credentials::oauth2::token_url"}, s, a.Secrets); err != nil {
		return nil, err
	}
	if o.fixed, err = o.fields(s.Params); err != nil {
		return nil, err
	}
	if cfg.hasKey() {
		if o.key, err = newSigner(cfg, o.exchange, s.Params); err != nil {
			return nil, err
		}
		a.held = append(a.held, o.key.secret)
	}
	return a, nil
}

// fields are those of the token request that the configuration gives.
func (o *oauth2) fields(params map[string]string) (url.Values, error) {
	form := url.Values{"grant_type": {o.cfg.Grant}}
	if o.cfg.Grant == grantJWT {
		form.Set("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer") // RFC 7523
	}
	// A jwt_bearer assertion carries the scope inside as well (Google); a plain
	// field does no harm there.
	if len(o.cfg.Scopes) > 0 {
		form.Set("scope", strings.Join(o.cfg.Scopes, " "))
	}
	for name, text := range o.cfg.Params {
		form.Set(name, text)
	}
	for name := range form {
		text, err := request.Expand(form.Get(name), params)
		if err != nil {
			return nil, fmt.Errorf("`credentials::oauth2`: %s: %w", name, err)
		}
		form.Set(name, text)
	}
	return form, nil
}

// fetch makes one token request. With a rotating refresh token it also stores
// the new one before it hands out the access token.
func (o *oauth2) fetch(ctx context.Context) (token, error) {
	if o.refresh == nil {
		body, err := o.post(ctx, "")
		if err != nil {
			return token{}, err
		}
		return o.read(body)
	}
	body, err := o.refresh.use(ctx, func(refreshToken string) (string, string, error) {
		body, err := o.post(ctx, refreshToken)
		return body, gjson.Get(body, "refresh_token").String(), err
	})
	if err != nil {
		return token{}, err
	}
	return o.read(body)
}

// post sends the form and returns a body that is a JSON object.
func (o *oauth2) post(ctx context.Context, refreshToken string) (string, error) {
	resp, err := o.exchange.do(ctx, func(req *http.Request) error {
		form, err := o.form(req, refreshToken)
		if err != nil {
			return err
		}
		setForm(req, form)
		return nil
	})
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(strings.TrimSpace(resp.Body), "{") || !json.Valid([]byte(resp.Body)) {
		return "", o.exchange.fault("is not a JSON object")
	}
	return resp.Body, nil
}

func setForm(req *http.Request, form url.Values) {
	text := form.Encode()
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.ContentLength = int64(len(text))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	req.Body = io.NopCloser(strings.NewReader(text))
}

// form returns the fields of one token request and sets its header, if the
// client proves itself there.
func (o *oauth2) form(req *http.Request, refreshToken string) (url.Values, error) {
	form := make(url.Values, len(o.fixed)+4)
	for k, v := range o.fixed {
		form[k] = v
	}
	if err := o.proveClient(req, form); err != nil {
		return nil, err
	}
	switch o.cfg.Grant {
	case grantRefresh:
		form.Set("refresh_token", refreshToken)
	case grantPassword:
		password, err := o.password.get()
		if err != nil {
			return nil, err
		}
		form.Set("username", o.cfg.Username)
		form.Set("password", password)
	case grantJWT:
		assertion, err := o.key.grantAssertion()
		if err != nil {
			return nil, err
		}
		form.Set("assertion", assertion)
	}
	return form, nil
}

func (o *oauth2) proveClient(req *http.Request, form url.Values) error {
	if o.cfg.ClientAuth == clientNone {
		if o.cfg.ClientID != "" && o.cfg.Grant != grantJWT {
			form.Set("client_id", o.cfg.ClientID)
		}
		return nil
	}
	if o.cfg.ClientAuth == clientJWT {
		assertion, err := o.key.clientAssertion()
		if err != nil {
			return err
		}
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") // RFC 7523
		form.Set("client_assertion", assertion)
		form.Set("client_id", o.cfg.ClientID)
		return nil
	}
	text, err := o.secret.get()
	if err != nil {
		return err
	}
	if o.cfg.ClientAuth == clientBasic {
		// RFC 6749, section 2.3.1: both parts are form-encoded first.
		req.SetBasicAuth(url.QueryEscape(o.cfg.ClientID), url.QueryEscape(text))
		return nil
	}
	form.Set("client_id", o.cfg.ClientID)
	if text != "" {
		form.Set("client_secret", text)
	}
	return nil
}

// read takes the access token and its lifetime out of a token response.
func (o *oauth2) read(body string) (token, error) {
	text, err := o.exchange.tokenText(textOf(gjson.Get(body, "access_token")))
	if err != nil {
		return token{}, err
	}
	return token{text: text, expires: expiry(gjson.Get(body, "expires_in"), time.Now())}, nil
}

// textOf is a text; an object or a flag is no token.
func textOf(v gjson.Result) string {
	if v.Type != gjson.String && v.Type != gjson.Number {
		return ""
	}
	return v.String()
}

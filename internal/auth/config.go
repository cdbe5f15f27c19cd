// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/config/configopaque"
)

// The kinds of credentials, by their YAML key.
const (
	kindBearer = "bearer"
	kindHeader = "header"
	kindBasic  = "basic"
	kindAPIKey = "api_key"
	kindOAuth2 = "oauth2"
	kindLogin  = "login"
	kindSigV4  = "sigv4"
	kindHMAC   = "hmac"
	kindDigest = "digest"
)

// Config is the section `credentials`: one kind at most. Each secret is given as
// a value or as a file, whose content is used without its last line break and is
// read again when it changes.
type Config struct {
	// Bearer is a token for "Authorization: Bearer TOKEN".
	Bearer     configopaque.String `mapstructure:"bearer,omitempty"`
	BearerFile string              `mapstructure:"bearer_file,omitempty"`
	// Header is the whole value of the Authorization header: "SSWS TOKEN".
	Header     configopaque.String `mapstructure:"header,omitempty"`
	HeaderFile string              `mapstructure:"header_file,omitempty"`
	// Basic is a user name and a password (RFC 7617).
	Basic *BasicConfig `mapstructure:"basic,omitempty"`
	// APIKey is a key in a header or a query parameter of its own.
	APIKey *APIKeyConfig `mapstructure:"api_key,omitempty"`
	// OAuth2 fetches access tokens.
	OAuth2 *OAuth2Config `mapstructure:"oauth2,omitempty"`
	// Login fetches a token by a request of the vendor's own shape.
	Login *LoginConfig `mapstructure:"login,omitempty"`
	// SigV4 signs requests for AWS.
	SigV4 *SigV4Config `mapstructure:"sigv4,omitempty"`
	// HMAC signs requests with a shared key.
	HMAC *HMACConfig `mapstructure:"hmac,omitempty"`
	// Digest is HTTP digest authentication (RFC 7616).
	Digest *DigestConfig `mapstructure:"digest,omitempty"`

	_ struct{}
}

// BasicConfig is HTTP basic authentication. The password may be empty where
// the vendor takes a token as user name; then set no password at all.
type BasicConfig struct {
	Username     configopaque.String `mapstructure:"username,omitempty"`
	Password     configopaque.String `mapstructure:"password,omitempty"`
	PasswordFile string              `mapstructure:"password_file,omitempty"`

	_ struct{}
}

// APIKeyConfig is a key in a header (default X-API-Key), a query parameter, or a
// field of the request's body.
type APIKeyConfig struct {
	Value     configopaque.String `mapstructure:"value,omitempty"`
	ValueFile string              `mapstructure:"value_file,omitempty"`
	// Header is the name of the header. Default X-API-Key.
	Header string `mapstructure:"header,omitempty"`
	// Query is the name of a query parameter to use instead of a header.
	Query string `mapstructure:"query,omitempty"`
	// Body is the path of a member of a JSON body, or the name of a form field, to
	// use instead of a header.
	Body string `mapstructure:"body,omitempty"`

	_ struct{}
}

// Kind checks the section and returns the YAML key of the kind it sets, "" for
// none. A kind counts only if it has a secret: a preset may hold the rest of
// several kinds, and the user chooses by giving one of them its secret.
func (c *Config) Kind() (string, error) {
	var kinds, started []string
	for _, k := range c.kinds() {
		switch {
		case k.secret:
			kinds = append(kinds, k.name)
		case k.present:
			started = append(started, k.name)
		}
	}
	switch {
	case len(kinds) > 1:
		return "", fmt.Errorf("`credentials::%s` are set: keep one of them", strings.Join(kinds, "` and `credentials::"))
	case len(kinds) == 0 && len(started) > 0:
		return "", fmt.Errorf("`credentials::%s`: its secret %w", started[0], errNoValue)
	case len(kinds) == 0:
		return "", nil
	}
	if err := cmp.Or(c.check(kinds[0]), c.writtenWrong(kinds[0])); err != nil {
		return "", fmt.Errorf("`credentials::%s%w", kinds[0], err)
	}
	return kinds[0], nil
}

type kind struct {
	name            string
	present, secret bool
}

func (c *Config) kinds() []kind {
	all := []kind{
		{kindBearer, false, c.Bearer != "" || c.BearerFile != ""},
		{kindHeader, false, c.Header != "" || c.HeaderFile != ""},
	}
	if b := c.Basic; b != nil {
		all = append(all, kind{kindBasic, true, b.Username != "" || b.Password != "" || b.PasswordFile != ""})
	}
	if k := c.APIKey; k != nil {
		all = append(all, kind{kindAPIKey, true, k.Value != "" || k.ValueFile != ""})
	}
	if o := c.OAuth2; o != nil {
		all = append(all, kind{kindOAuth2, true, o.hasSecret()})
	}
	if l := c.Login; l != nil {
		all = append(all, kind{kindLogin, true, len(l.Secrets)+len(l.SecretFiles) > 0})
	}
	if c.SigV4 != nil { // the secret may come from AWS's own chain
		all = append(all, kind{kindSigV4, true, true})
	}
	if h := c.HMAC; h != nil {
		all = append(all, kind{kindHMAC, true, h.Key != "" || h.KeyFile != ""})
	}
	if d := c.Digest; d != nil {
		all = append(all, kind{kindDigest, true, d.Password != "" || d.PasswordFile != ""})
	}
	return all
}

// check looks at one kind. Its errors go on after "`credentials::KIND".
func (c *Config) check(kind string) error {
	switch kind {
	case kindBearer:
		return oneOf(c.Bearer, c.BearerFile, "")
	case kindHeader:
		return oneOf(c.Header, c.HeaderFile, "")
	case kindBasic:
		if c.Basic.Username == "" {
			return fmt.Errorf("::username` %w", errNoValue)
		}
		if strings.Contains(string(c.Basic.Username), ":") {
			return errors.New("::username` must not have a colon (RFC 7617)")
		}
		return oneOf(c.Basic.Password, c.Basic.PasswordFile, "::password")
	case kindAPIKey:
		return c.APIKey.check()
	case kindOAuth2:
		return c.OAuth2.check()
	case kindLogin:
		return c.Login.check()
	case kindSigV4:
		return c.SigV4.check()
	case kindHMAC:
		return c.HMAC.check()
	case kindDigest:
		return c.Digest.check()
	}
	return nil
}

func (c *APIKeyConfig) check() error {
	places := 0
	for _, place := range []string{c.Header, c.Query, c.Body} {
		if place != "" {
			places++
		}
	}
	if places > 1 {
		return errors.New("` has more than one of `header`, `query` and `body`: keep one of them")
	}
	if slices.Contains(strings.Split(c.Body, "."), "") && c.Body != "" {
		return errors.New("::body` is not a path of names with dots between them")
	}
	if err := headerName(c.Header); err != nil {
		return err
	}
	return oneOf(c.Value, c.ValueFile, "::value")
}

// tokenChars are those of a header name (RFC 9110, section 5.6.2).
const tokenChars = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func headerName(name string) error {
	if strings.Trim(name, tokenChars) != "" {
		return errors.New("::header` is not a header name")
	}
	return nil
}

// oneOf refuses a secret that is given twice.
func oneOf(value configopaque.String, file, key string) error {
	if value != "" && file != "" {
		return fmt.Errorf("%s` is given as a value and as a file: keep one of them", key)
	}
	return nil
}

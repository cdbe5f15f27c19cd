// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
)

// LoginConfig gets a token by one request of the vendor's own shape and sends it
// with every request after that.
//
//	login:
//	  url: https://app.vendor.example/v1/teams/{params.team}/service_token
//	  body: '{"key_id":"{params.key_id}","key_secret":"{params.key_secret}"}'
//	  secrets: {key_id: "...", key_secret: "${env:KEY_SECRET}"}
//	  token_path: bearer_token
//	  expires_path: expires_at
type LoginConfig struct {
	URL string `mapstructure:"url,omitempty"`
	// Method is POST by default.
	Method  string            `mapstructure:"method,omitempty"`
	Headers map[string]string `mapstructure:"headers,omitempty"`
	Body    string            `mapstructure:"body,omitempty"`
	// Secrets are further {params.x} for URL, headers and body.
	Secrets     map[string]configopaque.String `mapstructure:"secrets,omitempty"`
	SecretFiles map[string]string              `mapstructure:"secret_files,omitempty"`

	// The token is at a path of the JSON body, in a response header, or in a
	// cookie: one of these.
	TokenPath   string `mapstructure:"token_path,omitempty"`
	TokenHeader string `mapstructure:"token_header,omitempty"`
	TokenCookie string `mapstructure:"token_cookie,omitempty"`

	// Lifetime of a token. ExpiresPath is where the body tells it, in seconds or
	// as a time. Without both a token is used until a 401.
	Lifetime    time.Duration `mapstructure:"lifetime,omitempty"`
	ExpiresPath string        `mapstructure:"expires_path,omitempty"`

	// Header takes the token, Authorization by default; or Query, a parameter.
	Header string `mapstructure:"header,omitempty"`
	Query  string `mapstructure:"query,omitempty"`
	// Value is what the header holds, with {token} in it. Default
	// "Bearer {token}" for Authorization, else "{token}".
	Value string `mapstructure:"value,omitempty"`

	_ struct{}
}

const tokenMark = "{token}"

func (c LoginConfig) withDefaults() LoginConfig {
	if c.Method == "" {
		c.Method = "POST"
	}
	if c.Header == "" && c.Query == "" {
		c.Header = "Authorization"
	}
	if c.Value == "" && strings.EqualFold(c.Header, "Authorization") {
		c.Value = "Bearer " + tokenMark
	}
	if c.Value == "" {
		c.Value = tokenMark
	}
	return c
}

// check looks for what is missing or twice. Its errors go on after
// "`credentials::login".
func (c *LoginConfig) check() error {
	d := c.withDefaults()
	places := 0
	for _, p := range []string{d.TokenPath, d.TokenHeader, d.TokenCookie} {
		if p != "" {
			places++
		}
	}
	switch {
	case d.URL == "":
		return errors.New("::url` is empty")
	case places != 1:
		return errors.New("` needs one of `token_path`, `token_header` and `token_cookie`")
	case d.Header != "" && d.Query != "":
		return errors.New("` has both `header` and `query`: keep one of them")
	case d.Query != "" && d.Value != tokenMark:
		return errors.New("::value` is for a header: a query parameter holds the token alone")
	case strings.Count(d.Value, tokenMark) != 1:
		return errors.New("::value` must have {token} in it once")
	case d.Lifetime < 0:
		return errors.New("::lifetime` is negative")
	case d.Lifetime > 0 && d.Lifetime < time.Millisecond:
		return fmt.Errorf("::lifetime` is %v: a number without a unit counts nanoseconds; write the unit, such as 1h", d.Lifetime)
	}
	for name, value := range c.Secrets {
		if value == "" {
			return fmt.Errorf("::secrets::%s` %w", name, errNoValue)
		}
		if c.SecretFiles[name] != "" {
			return fmt.Errorf("::secrets::%s` is given as a value and as a file: keep one of them", name)
		}
	}
	for name, file := range c.SecretFiles {
		if file == "" {
			return fmt.Errorf("::secret_files::%s` %w", name, errNoValue)
		}
	}
	return headerName(d.Header)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/config/configopaque"
)

// The grants of OAuth2Config that need something of their own. Any other name
// (Zoom's account_credentials) is sent like client_credentials.
const (
	grantClient   = "client_credentials"
	grantRefresh  = "refresh_token"
	grantPassword = "password"
	grantJWT      = "jwt_bearer"
)

// The ways in which the client proves itself to the token endpoint.
const (
	clientPost  = "post"
	clientBasic = "basic"
	clientJWT   = "private_key_jwt"
	clientNone  = "none"
)

// OAuth2Config gets an access token (RFC 6749) and renews it before its end and
// after a 401. TokenURL, Scopes, Params, Issuer, Subject and Audience may hold
// {params.x}.
type OAuth2Config struct {
	// Grant is client_credentials (default), refresh_token, password, jwt_bearer,
	// or the vendor's own name for something like client_credentials.
	Grant    string `mapstructure:"grant,omitempty"`
	TokenURL string `mapstructure:"token_url,omitempty"`
	ClientID string `mapstructure:"client_id,omitempty"`
	// ClientSecret is shared with the vendor.
	ClientSecret     configopaque.String `mapstructure:"client_secret,omitempty"`
	ClientSecretFile string              `mapstructure:"client_secret_file,omitempty"`
	// ClientAuth is post (default: in the form), basic (in a header),
	// private_key_jwt (default with a private key, but for jwt_bearer) or none.
	ClientAuth string   `mapstructure:"client_auth,omitempty"`
	Scopes     []string `mapstructure:"scopes,omitempty"`
	// Params are further fields of the token request: audience, resource ...
	Params map[string]string `mapstructure:"params,omitempty"`

	// RefreshToken is the first one; rotated ones are stored.
	RefreshToken     configopaque.String `mapstructure:"refresh_token,omitempty"`
	RefreshTokenFile string              `mapstructure:"refresh_token_file,omitempty"`

	Username     string              `mapstructure:"username,omitempty"`
	Password     configopaque.String `mapstructure:"password,omitempty"`
	PasswordFile string              `mapstructure:"password_file,omitempty"`

	// PrivateKey is in PEM form (RSA, EC or Ed25519), or a Google service account
	// in JSON.
	PrivateKey     configopaque.String `mapstructure:"private_key,omitempty"`
	PrivateKeyFile string              `mapstructure:"private_key_file,omitempty"`
	// KeyID is the `kid` of the assertion's header.
	KeyID string `mapstructure:"key_id,omitempty"`
	// Issuer of the assertion. Default: the client id, or the service account.
	Issuer string `mapstructure:"issuer,omitempty"`
	// Subject of a jwt_bearer assertion: the user to act for.
	Subject string `mapstructure:"subject,omitempty"`
	// Audience of the assertion. Default: the token URL.
	Audience string `mapstructure:"audience,omitempty"`

	// Header and Scheme say how the token is sent. Default "Authorization" and
	// "Bearer".
	Header string `mapstructure:"header,omitempty"`
	Scheme string `mapstructure:"scheme,omitempty"`

	_ struct{}
}

func (c *OAuth2Config) hasSecret() bool {
	return c.ClientSecret != "" || c.ClientSecretFile != "" || c.RefreshToken != "" || c.RefreshTokenFile != "" ||
		c.Password != "" || c.PasswordFile != "" || c.PrivateKey != "" || c.PrivateKeyFile != ""
}

// withDefaults fills in what follows from the rest.
func (c OAuth2Config) withDefaults() OAuth2Config {
	if c.Grant == "" {
		c.Grant = grantClient
	}
	if c.ClientAuth == "" {
		switch {
		case c.Grant == grantJWT && c.ClientSecret == "" && c.ClientSecretFile == "":
			c.ClientAuth = clientNone
		case c.hasKey() && c.Grant != grantJWT:
			c.ClientAuth = clientJWT
		default:
			c.ClientAuth = clientPost
		}
	}
	if c.Header == "" {
		c.Header = "Authorization"
	}
	if c.Scheme == "" {
		c.Scheme = "Bearer"
	}
	return c
}

func (c *OAuth2Config) hasKey() bool { return c.PrivateKey != "" || c.PrivateKeyFile != "" }

// check looks for what is missing or twice. Its errors go on after
// "`credentials::oauth2".
func (c *OAuth2Config) check() error {
	d := c.withDefaults()
	if d.TokenURL == "" {
		return errors.New("::token_url` is empty")
	}
	for _, err := range []error{
		oneOf(c.ClientSecret, c.ClientSecretFile, "::client_secret"), oneOf(c.RefreshToken, c.RefreshTokenFile, "::refresh_token"),
		oneOf(c.Password, c.PasswordFile, "::password"), oneOf(c.PrivateKey, c.PrivateKeyFile, "::private_key"), headerName(d.Header),
	} {
		if err != nil {
			return err
		}
	}
	if !slices.Contains([]string{clientPost, clientBasic, clientJWT, clientNone}, d.ClientAuth) {
		return fmt.Errorf("::client_auth` is %q; known are post, basic, private_key_jwt and none", d.ClientAuth)
	}
	return d.checkGrant()
}

func (c *OAuth2Config) checkGrant() error {
	missing := func(is bool, key string) error {
		if is {
			return fmt.Errorf("::%s` is needed for grant %s with client_auth %s", key, c.Grant, c.ClientAuth)
		}
		return nil
	}
	return cmp.Or(
		missing(c.ClientAuth != clientNone && c.ClientID == "", "client_id"),
		missing((c.ClientAuth == clientPost || c.ClientAuth == clientBasic) && c.Grant == grantClient && c.ClientSecret == "" && c.ClientSecretFile == "", "client_secret"),
		missing(c.Grant == grantRefresh && c.RefreshToken == "" && c.RefreshTokenFile == "", "refresh_token"),
		missing(c.Grant == grantPassword && (c.Username == "" || c.Password == "" && c.PasswordFile == ""), "username` and `password"),
		missing((c.Grant == grantJWT || c.ClientAuth == clientJWT) && !c.hasKey(), "private_key"),
	)
}

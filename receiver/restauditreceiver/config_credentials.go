// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import "go.opentelemetry.io/collector/config/configopaque"

// CredentialsConfig says how requests are authenticated. A *_file is read again
// when it changes.
type CredentialsConfig struct {
	// Bearer is a token for "Authorization: Bearer ...".
	Bearer     configopaque.String `mapstructure:"bearer"`
	BearerFile string              `mapstructure:"bearer_file"`
	// Header is the whole value of the Authorization header: "SSWS ...".
	Header     configopaque.String `mapstructure:"header"`
	HeaderFile string              `mapstructure:"header_file"`
	// Basic is a user name and a password.
	Basic *BasicConfig `mapstructure:"basic"`
	// APIKey is a key in a header or a query parameter of its own.
	APIKey *APIKeyConfig `mapstructure:"api_key"`
	_      struct{}
}

// BasicConfig is HTTP basic authentication (RFC 7617).
type BasicConfig struct {
	Username     string              `mapstructure:"username"`
	Password     configopaque.String `mapstructure:"password"`
	PasswordFile string              `mapstructure:"password_file"`
	_            struct{}
}

// APIKeyConfig is a key in a header (default X-API-Key) or a query parameter.
type APIKeyConfig struct {
	Value     configopaque.String `mapstructure:"value"`
	ValueFile string              `mapstructure:"value_file"`
	// Header is the name of the header. Default X-API-Key.
	Header string `mapstructure:"header"`
	// Query is the name of a query parameter to use instead of a header.
	Query string `mapstructure:"query"`
	_     struct{}
}

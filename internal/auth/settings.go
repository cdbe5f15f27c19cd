// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"net/http"
	"slices"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// Settings is what the kinds that fetch tokens need besides their Config.
type Settings struct {
	// HTTP sends token requests: the TLS, proxy and timeout settings of the
	// source, but no headers and no authentication of it, as a token URL is
	// another origin than the endpoint. nil is a plain client.
	HTTP *http.Client
	// AllowHTTP permits a token URL in plain http that is not on this machine.
	AllowHTTP bool
	// Params are the values of {params.x} in URLs, scopes and the like.
	Params map[string]string
	// Secrets returns further texts that must not appear in an error, such as a
	// proxy's password. Optional.
	Secrets func() []string
	// Open are texts that are no secret though they are part of one. Optional.
	Open send.Open
	// Store keeps rotated refresh tokens. nil keeps them in memory only.
	Store TokenStore
}

// known adds the further secrets to those of a kind.
func (s Settings) known(own func() []string) func() []string {
	if s.Secrets == nil {
		return own
	}
	return func() []string { return slices.Concat(own(), s.Secrets()) }
}

// TokenStore keeps one refresh token over restarts. A vendor that rotates them
// accepts only the newest: to lose it is to lose access.
type TokenStore interface {
	// Load returns what Save stored last, "" if nothing.
	Load(ctx context.Context) (string, error)
	// Save is durable when it returns nil. It replaces what was stored.
	Save(ctx context.Context, token string) error
}

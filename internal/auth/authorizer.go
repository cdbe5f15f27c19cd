// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"net/http"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// Authorizer is one kind of credentials of one source.
type Authorizer interface {
	// Authorize adds the credentials to req. It may wait for a token. It is safe
	// for concurrent use, and may be called again for the same request: the
	// credentials are replaced, not added twice. Every error is a *send.Error and
	// holds no secret.
	Authorize(ctx context.Context, req *http.Request) error
	// Refresh is called after the vendor refused the credentials: it reads files
	// again and drops tokens. changed reports whether another attempt makes sense.
	// It is safe for concurrent use; calls that come together renew once.
	Refresh(ctx context.Context) (changed bool, err error)
	// Secrets returns every text that must not appear in a log, in the spellings
	// in which it is sent.
	Secrets() []string
}

// New returns the authorizer of the one kind that cfg names. Without any it
// returns one that does nothing: the Collector's own `auth` or client
// certificates may do the work.
func New(cfg Config, s Settings) (Authorizer, error) {
	kind, err := cfg.Kind()
	if err != nil {
		return nil, err
	}
	switch kind {
	case kindBearer:
		return newHeader("Authorization", "Bearer ", newSecret("bearer", cfg.Bearer, cfg.BearerFile), s.Open), nil
	case kindHeader:
		return newHeader("Authorization", "", newSecret("header", cfg.Header, cfg.HeaderFile), s.Open), nil
	case kindBasic:
		return newBasic(cfg.Basic, s.Open), nil
	case kindAPIKey:
		return newAPIKey(cfg.APIKey, s.Open), nil
	case kindOAuth2:
		return newOAuth2(*cfg.OAuth2, s)
	case kindLogin:
		return newLogin(*cfg.Login, s)
	case kindSigV4:
		return newSigV4(*cfg.SigV4, s)
	case kindHMAC:
		return newHMAC(*cfg.HMAC, s)
	case kindDigest:
		return newDigest(*cfg.Digest, s), nil
	}
	return none{}, nil
}

// none adds nothing.
type none struct{}

func (none) Authorize(context.Context, *http.Request) error { return nil }
func (none) Refresh(context.Context) (bool, error)          { return false, nil }
func (none) Secrets() []string                              { return nil }

// refused makes the error of an unusable credential.
func refused(err error) error {
	return &send.Error{Class: send.ClassAuth, Err: err, Hint: "check `credentials`"}
}

var errNoValue = errors.New("is empty; an empty value often is an environment variable that is not set")

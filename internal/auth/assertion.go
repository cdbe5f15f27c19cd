// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/internal/request"
)

// assertionLife is how long an assertion is valid. Vendors allow 3 to 60
// minutes (Salesforce 3).
const assertionLife = 3 * time.Minute

// signer makes the assertions of RFC 7523. The key is read anew for each, so
// that a rotated file is taken.
type signer struct {
	cfg    OAuth2Config // with {params.x} replaced
	secret *secret
}

func newSigner(cfg OAuth2Config, x *exchanger, params map[string]string) (*signer, error) {
	s := &signer{cfg: cfg, secret: newSecret("oauth2::private_key", cfg.PrivateKey, cfg.PrivateKeyFile)}
	s.secret.multiline = true
	for _, text := range []*string{&s.cfg.Issuer, &s.cfg.Subject, &s.cfg.Audience, &s.cfg.TokenURL, &s.cfg.ClientID} {
		expanded, err := request.Expand(*text, params)
		if err != nil {
			return nil, fmt.Errorf("`credentials::%s`: %w", x.key, err)
		}
		*text = expanded
	}
	s.cfg.Scopes = slices.Clone(cfg.Scopes)
	for i, scope := range cfg.Scopes {
		expanded, err := request.Expand(scope, params)
		if err != nil {
			return nil, fmt.Errorf("`credentials::%s::scopes`: %w", x.key, err)
		}
		s.cfg.Scopes[i] = expanded
	}
	if cfg.PrivateKeyFile != "" {
		return s, nil // it may appear later
	}
	_, err := s.key()
	return s, err
}

// clientAssertion proves the client (RFC 7523, section 2.2).
func (s *signer) clientAssertion() (string, error) {
	return s.sign(jwt.MapClaims{"iss": s.cfg.ClientID, "sub": s.cfg.ClientID})
}

// grantAssertion is a grant (RFC 7523, section 2.1). The scope claim is Google's;
// others ignore it.
func (s *signer) grantAssertion() (string, error) {
	claims := jwt.MapClaims{"iss": s.cfg.Issuer}
	if s.cfg.Issuer == "" {
		claims["iss"] = s.cfg.ClientID
	}
	if s.cfg.Subject != "" {
		claims["sub"] = s.cfg.Subject
	}
	if len(s.cfg.Scopes) > 0 {
		claims["scope"] = strings.Join(s.cfg.Scopes, " ")
	}
	return s.sign(claims)
}

func (s *signer) sign(claims jwt.MapClaims) (string, error) {
	key, err := s.key()
	if err != nil {
		return "", err
	}
	now := time.Now()
	claims["aud"] = s.cfg.Audience
	if s.cfg.Audience == "" {
		claims["aud"] = s.cfg.TokenURL
	}
	claims["iat"] = now.Add(-10 * time.Second).Unix() // for a clock that is a little ahead
	claims["exp"] = now.Add(assertionLife).Unix()
	claims["jti"] = uuid.NewString()
	if claims["iss"] == "" {
		claims["iss"] = key.account
	}
	t := jwt.NewWithClaims(key.method, claims)
	if id := s.cfg.KeyID; id != "" {
		t.Header["kid"] = id
	} else if key.id != "" {
		t.Header["kid"] = key.id
	}
	text, err := t.SignedString(key.private)
	if err != nil {
		return "", refused(fmt.Errorf("`%s`: can't sign with it", s.secret.key))
	}
	return text, nil
}

// signingKey is a parsed private key.
type signingKey struct {
	private     crypto.PrivateKey
	method      jwt.SigningMethod
	id, account string // of a Google service account
}

func (s *signer) key() (signingKey, error) {
	text, err := s.secret.get()
	if err != nil {
		return signingKey{}, err
	}
	var k signingKey
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		k.id, k.account = gjson.Get(text, "private_key_id").String(), gjson.Get(text, "client_email").String()
		text = gjson.Get(text, "private_key").String()
	}
	// A key in an environment variable often has its line breaks written out.
	text = strings.ReplaceAll(text, `\n`, "\n")
	if k.private, err = parsePrivateKey(text); err == nil {
		k.method, err = methodOf(k.private)
	}
	if err != nil {
		return signingKey{}, refused(fmt.Errorf("`%s`: %w", s.secret.key, err))
	}
	return k, nil
}

// parsePrivateKey reads PKCS #8, PKCS #1 and SEC 1 in PEM form. Its errors quote
// nothing.
func parsePrivateKey(text string) (crypto.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("is not a key in PEM form")
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	return nil, errors.New("is not an unencrypted private key")
}

// methodOf picks the algorithm that goes with the key (RFC 7518, section 3.1).
func methodOf(key crypto.PrivateKey) (jwt.SigningMethod, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return jwt.SigningMethodRS256, nil
	case ed25519.PrivateKey:
		return jwt.SigningMethodEdDSA, nil
	case *ecdsa.PrivateKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return jwt.SigningMethodES256, nil
		case 384:
			return jwt.SigningMethodES384, nil
		case 521:
			return jwt.SigningMethodES512, nil
		}
	}
	return nil, errors.New("has a kind of key that is not supported")
}

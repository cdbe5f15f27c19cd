// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"os"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/auth"
)

// keyToken is where a rotated refresh token lies, apart from the checkpoint.
const keyToken = "oauth2.token"

// tokenStore keeps a rotated refresh token in the source's storage, encrypted
// under the secrets of the configuration: whoever reads the storage alone has
// nothing. When those secrets are replaced, what lies there can't be read any
// more, and the configured token counts again, as it should.
type tokenStore struct {
	client storage.Client
	aead   cipher.AEAD
}

// newTokenStore makes the store for the `oauth2` section; nil when there is no
// refresh token to keep.
func newTokenStore(client storage.Client, c *auth.OAuth2Config) (auth.TokenStore, error) {
	if c == nil || (c.RefreshToken == "" && c.RefreshTokenFile == "") {
		return nil, nil //nolint:nilnil // there is nothing to keep, which is no error
	}
	secret := []byte(string(c.RefreshToken) + "\x00" + string(c.ClientSecret))
	for _, file := range []string{c.RefreshTokenFile, c.ClientSecretFile} {
		if file == "" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("`credentials::oauth2`: %w", auth.FileError(file, err))
		}
		secret = append(append(secret, 0), data...)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "restaudit refresh token", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &tokenStore{client: client, aead: aead}, err
}

// Load implements auth.TokenStore.
func (s *tokenStore) Load(ctx context.Context) (string, error) {
	sealed, err := s.client.Get(ctx, keyToken)
	if err != nil || sealed == nil {
		return "", err
	}
	token, err := s.aead.Open(nil, nil, sealed, []byte(keyToken))
	if err != nil {
		return "", nil //nolint:nilerr // the configured secrets were replaced
	}
	return string(token), nil
}

// Save implements auth.TokenStore.
func (s *tokenStore) Save(ctx context.Context, token string) error {
	// The cipher makes the nonce, a random one, and puts it in front.
	return s.client.Set(ctx, keyToken, s.aead.Seal(nil, nil, []byte(token), []byte(keyToken))) //nolint:gosec // no nonce of ours: see newTokenStore
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// rotating is a refresh token that the vendor may replace at each use. The one
// of the configuration is the seed; later ones live in the store.
//
//	seed A -> use A, get B -> store B -> restart -> load B -> use B, get C ...
//
// It is used by one caller at a time.
type rotating struct {
	seed   *secret
	store  TokenStore // may be nil
	memory memory

	current string // newest token, "" before the first use
	from    string // the seed that current comes from
	unsaved bool   // current isn't in the store yet
}

func newRotating(seed *secret, store TokenStore) *rotating {
	return &rotating{seed: seed, store: store}
}

// use calls exchange with the newest token and keeps the one that comes back. An
// access token is worth less than the refresh token that came with it: if that
// can't be stored, the exchange has failed, and the next call stores it first.
func (r *rotating) use(ctx context.Context, exchange func(refreshToken string) (body, next string, err error)) (string, error) {
	seed, err := r.seed.get()
	if err != nil {
		return "", err
	}
	if err := r.load(ctx, seed); err != nil {
		return "", err
	}
	if err := r.save(ctx); err != nil {
		return "", err
	}
	body, next, err := exchange(r.current)
	if e, ok := errors.AsType[*send.Error](err); ok && e.Class == send.ClassAuth && r.current != seed {
		// Perhaps an operator has set the old token anew, with the same text.
		if body, next, err = exchange(seed); next == "" {
			next = seed // the one that works, so that the other isn't tried again
		}
	}
	if err != nil {
		return "", err
	}
	if next == "" || next == r.current {
		return body, nil
	}
	r.current, r.unsaved = next, true
	r.memory.add(next)
	return body, r.save(ctx)
}

// load finds the token to go on with: ours, the stored one if it comes from the
// same seed, else the seed. A new seed in the configuration wins over the store.
func (r *rotating) load(ctx context.Context, seed string) error {
	if r.current != "" && r.from == seed {
		return nil
	}
	stored := ""
	if r.store != nil {
		var err error
		if stored, err = r.store.Load(ctx); err != nil {
			return retry("loading the refresh token", err)
		}
	}
	r.current, r.from, r.unsaved = seed, seed, false
	if mark, text, ok := strings.Cut(stored, ":"); ok && mark == fingerprint(seed) && text != "" {
		r.current = text
	}
	r.memory.add(r.current)
	return nil
}

func (r *rotating) save(ctx context.Context) error {
	if !r.unsaved {
		return nil
	}
	if r.store != nil {
		if err := r.store.Save(ctx, fingerprint(r.from)+":"+r.current); err != nil {
			return &send.Error{
				Class: send.ClassRetry, Err: fmt.Errorf("storing the new refresh token: %w", err),
				Hint: "collection waits until it is stored: a restart would lose access otherwise",
			}
		}
	}
	r.unsaved = false
	return nil
}

// fingerprint tells which seed a stored token comes from, without storing it.
func fingerprint(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:8])
}

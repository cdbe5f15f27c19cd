// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// earliest is how long before its end a token is renewed, or a tenth of its
	// life if that is less.
	earliest = time.Minute
	// justRenewed is how young a token is that another caller renewed for the
	// same refusal.
	justRenewed = 2 * time.Second
)

// token is an access token. A zero expires means that the vendor doesn't say:
// it is used until a 401.
type token struct {
	text     string
	obtained time.Time
	expires  time.Time
}

func (t token) usable(now time.Time) bool {
	if t.text == "" {
		return false
	}
	if t.expires.IsZero() {
		return true
	}
	margin := min(t.expires.Sub(t.obtained)/10, earliest)
	return now.Before(t.expires.Add(-margin))
}

// tokens holds the token of a source and renews it, one caller at a time.
type tokens struct {
	// fetch gets a new token. It is never called concurrently.
	fetch func(ctx context.Context) (token, error)
	// renewing has room for one: who holds it may fetch. It is a channel, not a
	// mutex, so that waiting for it ends with the context.
	renewing chan struct{}

	// mu guards everything declared below.
	mu      sync.Mutex
	current token
	memory  memory
}

func newTokens(fetch func(ctx context.Context) (token, error)) *tokens {
	return &tokens{fetch: fetch, renewing: make(chan struct{}, 1)}
}

// get returns a token that should be good.
func (t *tokens) get(ctx context.Context) (string, error) {
	if tok := t.load(); tok.usable(time.Now()) {
		return tok.text, nil
	}
	if err := t.lock(ctx); err != nil {
		return "", err
	}
	defer t.unlock()
	if tok := t.load(); tok.usable(time.Now()) {
		return tok.text, nil // somebody else has renewed it
	}
	tok, err := t.renew(ctx)
	return tok.text, err
}

// refresh replaces a token that was refused and reports whether it is another.
func (t *tokens) refresh(ctx context.Context) (bool, error) {
	if err := t.lock(ctx); err != nil {
		return false, err
	}
	defer t.unlock()
	old := t.load()
	if old.text != "" && time.Since(old.obtained) < justRenewed {
		return true, nil
	}
	tok, err := t.renew(ctx)
	return err == nil && tok.text != old.text, err
}

func (t *tokens) lock(ctx context.Context) error {
	select {
	case t.renewing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return retry("waiting for a token", ctx.Err())
	}
}

func (t *tokens) unlock() { <-t.renewing }

func (t *tokens) renew(ctx context.Context) (token, error) {
	tok, err := t.fetch(ctx)
	if err != nil {
		return token{}, err
	}
	tok.obtained = time.Now()
	t.mu.Lock()
	t.current = tok
	t.mu.Unlock()
	t.memory.add(tok.text)
	return tok, nil
}

func (t *tokens) load() token {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current
}

// tokenAuth puts a fetched token on requests.
type tokenAuth struct {
	tokens *tokens
	place  place
	// held are the long-lived secrets that the token is got with.
	held secrets
	// rotated are the refresh tokens that the vendor has given; nil without any.
	rotated *memory
}

// place says where a token goes.
type place struct{ header, prefix, suffix, query string }

func (p place) put(req *http.Request, value string) {
	if p.query != "" {
		setQuery(req, p.query, value)
		return
	}
	req.Header.Set(p.header, p.prefix+value+p.suffix)
}

func (a *tokenAuth) Authorize(ctx context.Context, req *http.Request) error {
	text, err := a.tokens.get(ctx)
	if err != nil {
		return err
	}
	a.place.put(req, text)
	return nil
}

func (a *tokenAuth) Refresh(ctx context.Context) (bool, error) {
	if _, err := a.held.reload(); err != nil {
		return false, err
	}
	return a.tokens.refresh(ctx)
}

func (a *tokenAuth) Secrets() []string {
	texts := a.tokens.memory.texts()
	if a.rotated != nil {
		texts = append(texts, a.rotated.texts()...)
	}
	return append(a.held.texts(), withEscapes(texts)...)
}

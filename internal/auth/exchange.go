// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

const (
	maxTokenBytes = 1 << 20
	tokenTimeout  = 30 * time.Second
)

// exchanger sends the requests that get tokens, to one origin only.
type exchanger struct {
	key    string // YAML key of the kind, below `credentials`, for errors
	client *send.Client
	build  func() (*request.Builder, error)
}

// newExchanger checks the request's settings and binds its origin. key is the
// YAML key of the kind, and r.URLKey that of the URL.
func newExchanger(key string, r request.Settings, s Settings, known func() []string) (*exchanger, error) {
	r.Params = merged(s.Params, r.Params)
	build, err := request.New(r)
	if err != nil {
		return nil, err
	}
	first, err := build.Build(context.Background(), request.Values{})
	if err != nil {
		return nil, err
	}
	client, err := send.NewClient(s.HTTP, send.Settings{
		Endpoint: first.URL, AllowHTTP: s.AllowHTTP, MaxPageBytes: maxTokenBytes, Timeout: tokenTimeout, Secrets: s.known(known),
	})
	if err != nil {
		// Without its own first words, which name the source's `endpoint`.
		return nil, fmt.Errorf("`%s`: %w", r.URLKey, cmp.Or(errors.Unwrap(err), err))
	}
	return &exchanger{key: key, client: client, build: func() (*request.Builder, error) { return build, nil }}, nil
}

// do sends one request. change, if not nil, completes it.
func (x *exchanger) do(ctx context.Context, change func(*http.Request) error) (*send.Response, error) {
	build, err := x.build()
	if err != nil {
		return nil, err
	}
	req, err := build.Build(ctx, request.Values{})
	if err != nil {
		return nil, refused(fmt.Errorf("`credentials::%s`: %w", x.key, err))
	}
	if change != nil {
		if err := change(req); err != nil {
			return nil, err
		}
	}
	resp, err := x.client.Do(ctx, req)
	if err != nil {
		return nil, x.classified(err)
	}
	return resp, nil
}

// classified keeps faults that pass, and calls refusals of the credentials what
// they are: token endpoints answer them with 400 (RFC 6749, section 5.2).
func (x *exchanger) classified(err error) error {
	e, ok := errors.AsType[*send.Error](err)
	if !ok {
		return retry("token request", err)
	}
	out := &send.Error{Class: e.Class, RetryAfter: e.RetryAfter, Err: fmt.Errorf("`credentials::%s`: token request: %w", x.key, e)}
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		if e.Class == send.ClassConfig || e.Class == send.ClassAuth {
			out.Class, out.Hint = send.ClassAuth, "the token endpoint refuses the credentials: check them and what they may do"
		}
	}
	return out
}

// fault is an answer of the token endpoint without a usable token.
func (x *exchanger) fault(text string) error {
	return &send.Error{Class: send.ClassAuth, Err: fmt.Errorf("`credentials::%s`: token response %s", x.key, text)}
}

// tokenText checks a token before it may go into a header.
func (x *exchanger) tokenText(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", x.fault("has no token")
	}
	if len(text) > maxSecretFile {
		return "", x.fault("has a token that is too long")
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f {
			return "", x.fault("has a token with characters that a header can't carry")
		}
	}
	return text, nil
}

// expiry reads a lifetime in seconds or a time, 0 if there is none.
func expiry(value gjson.Result, now time.Time) time.Time {
	text := value.String()
	if value.Type != gjson.Number && value.Type != gjson.String {
		return time.Time{}
	}
	in, ok := send.ParseReset(text, now)
	if !ok || in <= 0 {
		return time.Time{}
	}
	return now.Add(in)
}

func retry(what string, err error) error {
	return &send.Error{Class: send.ClassRetry, Err: fmt.Errorf("%s: %w", what, err)}
}

// merged lays b over a.
func merged(a, b map[string]string) map[string]string {
	out := make(map[string]string, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

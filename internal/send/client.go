// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Client makes exchanges with one source's vendor. It is safe for concurrent
// use.
type Client struct {
	http     *http.Client
	settings Settings
	guard    *guard
	limiter  *rate.Limiter
	tenant   tenant
	lastSize atomic.Int64 // size of the last inflated body: the next will be like it
}

// Response is a successful exchange: a 2xx with its whole body, but no 205. A 204
// has an empty body.
type Response struct {
	Status int
	Header http.Header
	Body   string
	URL    *url.URL  // what was asked in the end, after redirects; next links resolve against it
	Date   time.Time // the vendor's clock (Date header), zero if it sent none

	// NotBefore is when the next request may be made, if the vendor said that
	// this one used up the quota. Zero means at once.
	NotBefore time.Time
	// WireBytes is the size of the body as sent.
	WireBytes int64
	// Unproven says that nothing but the body's text can tell that it is whole.
	Unproven bool
	// Release is not nil for a large body; see Done.
	Release func()
}

// Done says that the body is not used any more. It lets the next large body of
// the process in, which otherwise waits for a while.
func (r Response) Done() {
	if r.Release != nil {
		r.Release()
	}
}

// NewClient checks the settings and wraps base, which is not changed. Redirects
// of net/http are switched off in the copy.
func NewClient(base *http.Client, s Settings) (*Client, error) {
	s = s.withDefaults()
	if err := s.check(); err != nil {
		return nil, err
	}
	g, err := newGuard(s)
	if err != nil {
		return nil, err
	}
	c := &Client{settings: s, guard: g, limiter: rate.NewLimiter(rate.Inf, 0)}
	if s.RequestsPerSecond > 0 {
		c.limiter = rate.NewLimiter(rate.Limit(s.RequestsPerSecond), s.Burst)
	}
	if base == nil {
		base = &http.Client{}
	}
	hc := *base
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	// Only a bare transport can be given a header cap; one that is wrapped by
	// middleware keeps its own, and readHeader checks the size once more.
	if t, ok := hc.Transport.(*http.Transport); ok {
		t = t.Clone()
		t.MaxResponseHeaderBytes = maxHeaderBytes
		hc.Transport = t
	}
	c.http = &hc
	return c, nil
}

// CheckURL is the origin rule for next links. nil means that Do would ask it:
// same scheme, host and port as the endpoint, or an allowed host over https.
func (c *Client) CheckURL(u *url.URL) error {
	if err := c.guard.check(u); err != nil {
		return &Error{Class: ClassConfig, Err: c.clean(err), Hint: "add the host to `allowed_hosts` if it is the vendor's"}
	}
	return nil
}

// Secrets returns the texts that must not be kept or shown.
func (c *Client) Secrets() []string { return c.settings.Secrets() }

// CloseIdleConnections frees the connections that are kept for reuse.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// Do makes one attempt: it waits for the rate limiter and the budget, sends,
// follows allowed redirects, reads the body within its limits and classifies the
// answer. Every error is an *Error. req is not changed and may be used again if
// it has no body or has GetBody.
func (c *Client) Do(ctx context.Context, req *http.Request) (*Response, error) {
	if err := c.CheckURL(req.URL); err != nil {
		return nil, err
	}
	if err := c.wait(ctx); err != nil {
		return nil, &Error{Class: ClassRetry, Err: fmt.Errorf("waiting for the rate limit: %w", err)}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(c.settings.Timeout, func() { cancel(errTimeout) })
	defer timer.Stop()

	target := req.URL
	for hop := 0; ; hop++ {
		resp, next, err := c.exchange(ctx, cancel, req, target, hop)
		if err != nil {
			return nil, err
		}
		if resp != nil {
			return resp, nil
		}
		target = next
	}
}

func (c *Client) wait(ctx context.Context) error {
	if err := c.limiter.Wait(ctx); err != nil {
		return err
	}
	if c.settings.Budget == nil {
		return nil
	}
	return c.settings.Budget.Wait(ctx)
}

// exchange asks one URL. It returns a response, or the URL of a redirect.
func (c *Client) exchange(ctx context.Context, cancel context.CancelCauseFunc, req *http.Request, target *url.URL, hop int) (*Response, *url.URL, error) {
	out, err := c.prepare(ctx, req, target)
	if err != nil {
		return nil, nil, err
	}
	raw, err := c.http.Do(out)
	if err != nil {
		return nil, nil, c.networkError(ctx, err)
	}
	defer raw.Body.Close()
	if raw.StatusCode == http.StatusSwitchingProtocols {
		// The connection is ours then: no deadline of the request ends a Read.
		return nil, nil, &Error{Class: ClassData, Status: raw.StatusCode, Err: errors.New("the vendor left HTTP, which nobody asked for")}
	}
	if n := headerSize(raw.Header); n > maxHeaderBytes {
		return nil, nil, &Error{Class: ClassData, Status: raw.StatusCode, Err: fmt.Errorf("response header has %d bytes", n)}
	}
	if isPiece(out.Header, raw) {
		return nil, nil, &Error{Class: ClassRetry, Status: raw.StatusCode, Err: errPiece, Header: raw.Header}
	}
	if isRedirect(raw.StatusCode) {
		next, err := c.redirect(out.Method, target, raw, hop)
		return nil, next, err
	}
	// Not out.URL: credentials may stand in its query.
	resp, err := c.receive(ctx, cancel, raw, target)
	return resp, nil, err
}

// prepare makes the request that is really sent.
func (c *Client) prepare(ctx context.Context, req *http.Request, target *url.URL) (*http.Request, error) {
	out := req.Clone(ctx)
	u := *target
	u.Fragment, u.RawFragment = "", ""
	out.URL, out.Host = &u, u.Host
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, &Error{Class: ClassRetry, Err: errors.New("the request body can't be read again")}
		}
		out.Body = body
	}
	// Set here, inflated here: net/http's own inflater has no limits.
	out.Header.Set("Accept-Encoding", "gzip")
	if err := c.settings.Authorize(ctx, out); err != nil {
		return nil, c.authError(err)
	}
	// A second look, in case that the credentials moved the request.
	if err := c.CheckURL(out.URL); err != nil {
		return nil, err
	}
	out.Host = out.URL.Host
	return out, nil
}

// authError keeps the class that an authorizer has chosen.
func (c *Client) authError(err error) error {
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	return &Error{Class: ClassAuth, Err: c.clean(err)}
}

func headerSize(h http.Header) int {
	n := 0
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v) + 4
		}
	}
	return n
}

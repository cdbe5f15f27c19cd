// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// maxErrorBody is how much of an error's body is looked at.
const maxErrorBody = 64 << 10

// receive reads the body and classifies the answer.
func (c *Client) receive(ctx context.Context, cancel context.CancelCauseFunc, raw *http.Response, asked *url.URL) (*Response, error) {
	resp := &Response{Status: raw.StatusCode, Header: raw.Header, URL: asked}
	if date, err := http.ParseTime(raw.Header.Get("Date")); err == nil {
		resp.Date = date
	}
	success := isSuccess(raw.StatusCode)
	if !emptyByDefinition(raw.StatusCode) {
		limit := c.maxBody(ctx)
		if !success {
			limit = min(limit, maxErrorBody)
		}
		body, wire, release, err := c.readBody(ctx, cancel, raw, limit)
		if err != nil && success {
			return nil, c.bodyError(ctx, raw.StatusCode, err)
		}
		// The status of an error says enough if its body is cut or too long.
		resp.Body, resp.WireBytes, resp.Release = body, wire, release
		resp.Unproven = isUnproven(raw, wire)
	}
	now := time.Now()
	limits := ParseLimits(resp.Header, clockOf(resp.Date, now))
	if c.settings.Budget != nil {
		c.settings.Budget.Observe(limits, now)
	}
	e := c.classify(resp, limits)
	if e != nil {
		resp.Done()
	}
	if e != nil && e.Class == ClassEmpty {
		resp.Status, resp.Body, e = http.StatusNoContent, "", nil
	}
	if e != nil {
		if e.Class == ClassRateLimit && c.settings.Budget != nil {
			c.settings.Budget.Block(now.Add(e.RetryAfter))
		}
		return nil, e
	}
	if limits.Exhausted() {
		resp.NotBefore = now.Add(min(limits.Reset, c.settings.MaxRetryAfter))
	}
	return resp, nil
}

// clockOf is the vendor's clock if it told one: its absolute times are meant on
// that clock, and ours may be wrong.
func clockOf(date, now time.Time) time.Time {
	if date.IsZero() {
		return now
	}
	return date
}

// isSuccess tells whether a status may come with a page. 205 and 304 answer what
// was not asked: they say nothing about the events that the request was for.
func isSuccess(status int) bool {
	return status >= 200 && status < 300 && status != http.StatusResetContent
}

// emptyByDefinition lists the statuses that have no body (RFC 9110, section 15).
func emptyByDefinition(status int) bool {
	return status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified
}

// networkError turns an error of net/http into ours. Its *url.Error quotes the
// URL with its query, so that layer is taken off.
func (c *Client) networkError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return &Error{Class: ClassRetry, Err: cause}
	}
	if foreign, ok := errors.AsType[*ForeignError](err); ok {
		return &Error{Class: ClassRetry, Err: foreign, Hint: hintForeign}
	}
	switch {
	case errors.Is(err, errNeighbour):
		return &Error{Class: ClassConfig, Err: c.clean(err), Hint: "ask your name service where the host of `endpoint` leads to, and why"}
	case errors.Is(err, errInternal):
		return &Error{Class: ClassConfig, Err: c.clean(err), Hint: "leave `deny_private_networks` out if the vendor is in your own network"}
	}
	return &Error{Class: ClassRetry, Err: c.clean(err)}
}

// bodyError classifies a body that could not be read.
func (c *Client) bodyError(ctx context.Context, status int, err error) error {
	switch {
	case errors.Is(err, errTooLarge):
		return &Error{
			Class: ClassData, Status: status, Err: err, TooLarge: true,
			Hint: HintTooLarge,
		}
	case errors.Is(err, errRatio), errors.Is(err, errEncoding), errors.Is(err, errImplausible):
		return &Error{Class: ClassData, Status: status, Err: err}
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return &Error{Class: ClassRetry, Status: status, Err: c.clean(err)}
}

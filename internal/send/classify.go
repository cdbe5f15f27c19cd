// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// rateLimitCodes are the vendors' own names for a used-up quota, in lower case,
// for those that answer it with another status than 429.
var rateLimitCodes = []string{
	"request_limit_exceeded",   // Salesforce, 403
	"throttlingexception",      // AWS, 400
	"throttling",               // AWS
	"toomanyrequestsexception", // AWS
	"requestlimitexceeded",     // AWS
	"ratelimitexceeded",        // Google, 403
	"userratelimitexceeded",    // Google, 403
	"ratelimited",              // Linear, 400
	"af429",                    // Microsoft 365
}

// classify returns nil for a usable response.
func (c *Client) classify(resp *Response, limits Limits) *Error {
	if e := c.applyRules(resp, limits); e != nil {
		return e
	}
	if isSuccess(resp.Status) {
		return nil
	}
	if emptyByDefinition(resp.Status) {
		return &Error{Class: ClassRetry, Status: resp.Status, Err: errNoPage, Hint: hintNoPage, Header: resp.Header}
	}
	v := readVendorError(resp.Body)
	class := classOf(resp, limits, v)
	e := &Error{Class: class, Status: resp.Status, Err: errors.New(c.detail(v)), Hint: hints[class], Header: resp.Header}
	if class == ClassRateLimit || class == ClassRetry {
		e.RetryAfter = c.retryAfter(resp, limits)
	}
	if e.RetryAfter == 0 && class == ClassRateLimit {
		e.RetryAfter = min(v.wait, c.settings.MaxRetryAfter)
	}
	return e
}

// errNoPage is a 205 or 304. We send no condition and no form, so it is no answer
// of ours: a cache or a proxy on the way has mixed something up.
var errNoPage = errors.New("the status says neither that there are events nor that there are none")

const hintNoPage = "look at caches and proxies on the way; if the vendor means that there is nothing, say so by `response::error_when` with this status and `class: empty`"

// hints are what a user can do about each class.
var hints = map[Class]string{
	ClassAuth:   "check `credentials` and the permissions that the vendor asks for",
	ClassConfig: "check `endpoint`, `request` and `params`",
}

// classOf is the default table. 400, 404 and 410 may also mean a cursor that
// expired; the caller knows whether there was one.
func classOf(resp *Response, limits Limits, v vendorError) Class {
	switch s := resp.Status; {
	case s == http.StatusTooManyRequests:
		return ClassRateLimit
	case s == http.StatusUnauthorized:
		return ClassAuth
	case s == http.StatusForbidden, s == http.StatusBadRequest, s == http.StatusConflict, s == http.StatusServiceUnavailable:
		if limited(resp, limits, v) {
			return ClassRateLimit
		}
	}
	switch s := resp.Status; {
	case s == http.StatusForbidden:
		return ClassAuth
	case s >= 500, s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusConflict,
		s == http.StatusProxyAuthRequired, s == http.StatusMisdirectedRequest:
		return ClassRetry
	}
	return ClassConfig
}

// limited looks for evidence that a status other than 429 is a rate limit.
func limited(resp *Response, limits Limits, v vendorError) bool {
	if limits.HasRetryAfter || limits.Remaining == 0 || v.wait > 0 {
		return true
	}
	if slices.Contains(rateLimitCodes, strings.ToLower(v.code)) {
		return true
	}
	// GitHub's secondary limit is a 403 that says so only in its message.
	return resp.Status == http.StatusForbidden && strings.Contains(strings.ToLower(v.message), "rate limit")
}

// retryAfter is how long the vendor asks to wait, capped; 0 if it doesn't say.
func (c *Client) retryAfter(resp *Response, limits Limits) time.Duration {
	wait := limits.RetryAfter
	exhausted := limits.Remaining == 0 || resp.Status == http.StatusTooManyRequests
	if !limits.HasRetryAfter && limits.HasReset && exhausted {
		wait = limits.Reset
	}
	return min(wait, c.settings.MaxRetryAfter)
}

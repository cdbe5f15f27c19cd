// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Defaults of Settings.
const (
	DefaultMaxPageBytes      = 8 << 20
	DefaultMaxRatio          = 200
	DefaultTimeout           = 120 * time.Second
	DefaultGrace             = 30 * time.Second
	DefaultMinBytesPerSecond = 1 << 10
	DefaultMaxRetryAfter     = time.Hour
)

// maxHeaderBytes bounds the header of a response; net/http alone allows 10 MB.
const maxHeaderBytes = 256 << 10

// Settings of a Client. Zero values mean the default.
type Settings struct {
	// Endpoint gives the origin that may be asked. Required.
	Endpoint *url.URL
	// AllowedHosts are further hosts ("host" or "host:port", exact, no
	// patterns) that redirects and next links may name. They get the
	// credentials too.
	AllowedHosts []string
	// AllowHTTP permits a plain http endpoint that is not on this machine.
	AllowHTTP bool

	// MaxPageBytes bounds a body, as sent and as inflated.
	MaxPageBytes int64
	// MaxRatio bounds inflated size to sent size, after the first MiB.
	MaxRatio int
	// Timeout bounds one Do with its redirects and bodies, but without the
	// wait for the rate limiter.
	Timeout time.Duration
	// MinBytesPerSecond is the slowest body accepted, averaged from its first
	// byte and judged after Grace. Negative switches it off.
	MinBytesPerSecond int64
	// Grace is also the longest pause inside a body.
	Grace time.Duration
	// MaxRetryAfter caps what a vendor may make us wait.
	MaxRetryAfter time.Duration

	// RequestsPerSecond limits this client; 0 is unlimited. Burst is 1 by
	// default.
	RequestsPerSecond float64
	Burst             int
	// Budget is shared with other clients of the same vendor account. Optional.
	Budget *Budget

	// Plausible looks at the first part of a body that is about to get large, and
	// returns an error if it can't become a page whatever follows. Optional.
	Plausible func(start string) error
	// Large is shared by all clients of the process. Optional.
	Large *LargeBodies

	// Errors are the vendor's own error shapes; the first that matches decides.
	Errors []Rule

	// Authorize adds credentials. It is called after the origin check, for the
	// request and for each redirect anew, so a refused URL never sees them and a
	// signature always fits its URL. Optional: a caller may have done it.
	Authorize func(context.Context, *http.Request) error
	// Secrets returns texts that must not appear in an error. Optional.
	Secrets func() []string
}

func (s Settings) withDefaults() Settings {
	setDefault(&s.MaxPageBytes, DefaultMaxPageBytes)
	setDefault(&s.MaxRatio, DefaultMaxRatio)
	setDefault(&s.Timeout, DefaultTimeout)
	setDefault(&s.Grace, DefaultGrace)
	setDefault(&s.MinBytesPerSecond, DefaultMinBytesPerSecond)
	setDefault(&s.MaxRetryAfter, DefaultMaxRetryAfter)
	setDefault(&s.Burst, 1)
	if s.Large == nil {
		s.Large = &LargeBodies{}
	}
	if s.Plausible == nil {
		s.Plausible = func(string) error { return nil }
	}
	if s.Secrets == nil {
		s.Secrets = func() []string { return nil }
	}
	if s.Authorize == nil {
		s.Authorize = func(context.Context, *http.Request) error { return nil }
	}
	return s
}

func setDefault[T int | int64 | time.Duration](at *T, value T) {
	if *at == 0 {
		*at = value
	}
}

func (s Settings) check() error {
	if s.Endpoint == nil {
		return errors.New("`endpoint`: missing")
	}
	if s.MaxPageBytes < 0 || s.MaxRatio < 0 || s.Timeout < 0 || s.Grace < 0 || s.MaxRetryAfter < 0 || s.Burst < 0 {
		return errors.New("`limits`: a limit is negative")
	}
	if s.RequestsPerSecond < 0 {
		return errors.New("`rate_limit::requests_per_second` is negative")
	}
	for i, r := range s.Errors {
		if err := r.check(); err != nil {
			return fmt.Errorf("`response::error_when::%d`: %w", i, err)
		}
	}
	return nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// errVeiled is what telemetry sees of an error of the transport, whose text
// quotes what the vendor has sent.
var errVeiled = errors.New("the request failed: see the log")

// passage is what a request takes with it below the telemetry.
type passage struct {
	whole  *url.URL
	header http.Header // as it was above the Collector's layers
	below  error       // what the transport below those layers said
	err    error
}

// fault is the error of a request. What a layer says itself, an auth extension
// whose token server refuses it, may quote a secret that nobody here knows.
func (p *passage) fault(err error) error {
	if p.below != nil {
		return p.below
	}
	return send.Foreign(err)
}

type passageKey struct{}

// veil gives what follows, the telemetry, a request without its query and without
// secrets in its path: a login may have one there, and a vendor may redirect to
// what it was told.
type veil struct {
	next    http.RoundTripper
	idle    *http.Transport
	secrets func() []string
}

// RoundTrip implements http.RoundTripper.
func (v veil) RoundTrip(req *http.Request) (*http.Response, error) {
	p := &passage{whole: req.URL, header: req.Header}
	shown := *req.URL
	shown.RawQuery, shown.ForceQuery = "", false
	if path := shown.Path + " " + shown.EscapedPath(); send.Redact(path, v.secrets()) != path {
		shown.Path, shown.RawPath = "/redacted", ""
	}
	out := req.WithContext(context.WithValue(req.Context(), passageKey{}, p))
	out.URL = &shown
	res, err := v.next.RoundTrip(out)
	if p.err != nil {
		err = p.err
	}
	return res, err
}

// CloseIdleConnections is what http.Client.CloseIdleConnections looks for. The
// Collector's layers don't pass it on.
func (v veil) CloseIdleConnections() { v.idle.CloseIdleConnections() }

// unveil gives what follows the whole request again, and what comes before it no
// text of an error.
type unveil struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (u unveil) RoundTrip(req *http.Request) (*http.Response, error) {
	p, ok := req.Context().Value(passageKey{}).(*passage)
	if !ok {
		return nil, errVeiled
	}
	out := req.Clone(req.Context())
	out.URL = p.whole
	res, err := u.next.RoundTrip(out)
	if err != nil {
		p.err, err = p.fault(err), errVeiled
	}
	return res, err
}

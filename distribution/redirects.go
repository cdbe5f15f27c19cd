// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// harmlessHeaders tell nothing that is meant for one server only.
var harmlessHeaders = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Content-Type": true, "Referer": true, "User-Agent": true, "Traceparent": true, "Tracestate": true,
}

var errLeavesOrigin = errors.New("redirect refused: it leads to another origin, and the request has a body or credentials")

// keepAtOrigin makes t refuse to send to another origin what a redirect asks for,
// unless nothing but the URL goes there. The receiver sees to that itself; this is
// for all others whose transports are copies of net/http's default one: auth
// extensions that get tokens with a client's secret, and exporters.
//
// The choice of a proxy is the one place of a transport that sees each request,
// and that its copies keep. Over HTTP/2 it doesn't see one that goes out on a
// connection that is there already, so the copies speak HTTP/1; but for those with
// `http2_read_idle_timeout`, which brings an HTTP/2 of its own. The receiver, which
// doesn't need this, gives itself HTTP/2 again.
func keepAtOrigin(t *http.Transport) {
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	choose := t.Proxy
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.Response != nil && leavesWithSecrets(r) {
			return nil, errLeavesOrigin
		}
		if choose == nil {
			return nil, nil //nolint:nilnil // no proxy, as net/http has it
		}
		return choose(r)
	}
}

// leavesWithSecrets looks at all requests of the chain of redirects that leads
// to r: what the first of them carried may be carried on.
func leavesWithSecrets(r *http.Request) bool {
	leaves, secrets := false, false
	for at := r; at != nil; {
		secrets = secrets || at.Method != http.MethodGet && at.Method != http.MethodHead
		for name := range at.Header {
			secrets = secrets || !harmlessHeaders[name]
		}
		if at.Response == nil || at.Response.Request == nil {
			break
		}
		at = at.Response.Request
		leaves = leaves || !sameOrigin(at.URL, r.URL)
	}
	return leaves && secrets
}

func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host)
}

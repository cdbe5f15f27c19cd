// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// maxAdditions is how many values are remembered besides those of the newest
// request: what a few headers were before the last rotation.
const maxAdditions = 8

// additions are the values of headers that the Collector's layers have put on
// requests lately: `headers`, and what an auth extension adds. They are the
// operator's secrets, and nobody else knows them all.
type additions struct {
	// open are texts that are no secret though they are part of one.
	open send.Open

	// mu guards everything declared below.
	mu    sync.Mutex
	known []addition
	// proxy are the passwords of proxies, from the environment.
	proxy []string
}

// addition is a value, and whether its header is known for credentials.
type addition struct {
	value      string
	credential bool
}

// noteProxy remembers the password of a proxy.
func (a *additions) noteProxy(u *url.URL) {
	if u == nil || u.User == nil {
		return
	}
	secret, has := u.User.Password()
	if !has {
		secret = u.User.Username() // a token
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Contains(a.proxy, secret) {
		a.proxy = append(a.proxy, secret)
	}
}

// note remembers what is in after and not in before.
func (a *additions) note(before, after http.Header) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var added []addition
	for name, values := range after {
		if telemetryHeaders[name] || slices.Equal(values, before[name]) {
			continue
		}
		for _, value := range values {
			added = append(added, addition{value, send.SecretHeader(name) || hasScheme(value)})
		}
	}
	old := slices.DeleteFunc(a.known, func(one addition) bool { return slices.Contains(added, one) })
	a.known = append(slices.Delete(old, 0, max(0, len(old)-maxAdditions)), added...)
}

// telemetryHeaders are those of the propagators: they are no secrets, and new
// for each request.
var telemetryHeaders = map[string]bool{"Traceparent": true, "Tracestate": true, "Baggage": true}

// hasScheme tells whether a value begins like that of Authorization.
func hasScheme(value string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(value), " ")
	return slices.Contains([]string{"basic", "bearer", "digest", "token", "apitoken", "apikey"}, scheme)
}

// texts returns the values, and what may be said back of them alone: the token
// behind "Bearer", user and password of Basic, the parts of a cookie.
func (a *additions) texts() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := slices.Clone(a.proxy)
	for _, one := range a.known {
		value := one.value
		out = append(out, value)
		if one.credential {
			out = append(out, a.open.Parts(value)...)
		}
		scheme, token, found := strings.Cut(value, " ")
		if !found {
			continue
		}
		out = append(out, token)
		if plain, err := base64.StdEncoding.DecodeString(token); err == nil && strings.EqualFold(scheme, "Basic") {
			user, password, _ := strings.Cut(string(plain), ":")
			out = append(append(out, password), a.open.Alone(user)...)
		}
	}
	return out
}

// witness sees requests as they leave.
type witness struct {
	*http.Transport
	added *additions
}

// RoundTrip implements http.RoundTripper.
func (w witness) RoundTrip(req *http.Request) (*http.Response, error) {
	p, ok := req.Context().Value(passageKey{}).(*passage)
	if ok {
		w.added.note(p.header, req.Header)
	}
	res, err := w.Transport.RoundTrip(req)
	if ok {
		p.below = err
	}
	return res, err
}

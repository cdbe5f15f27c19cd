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
)

// maxAdditions is how many values are remembered besides those of the newest
// request: what a few headers were before the last rotation.
const maxAdditions = 8

// additions are the values of headers that the Collector's layers have put on
// requests lately: `headers`, and what an auth extension adds. They are the
// operator's secrets, and nobody else knows them all.
type additions struct {
	mu    sync.Mutex
	known []string
	// proxy are the passwords of proxies, from the environment.
	proxy []string
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
	var added []string
	for name, values := range after {
		if !telemetryHeaders[name] && !slices.Equal(values, before[name]) {
			added = append(added, values...)
		}
	}
	old := slices.DeleteFunc(a.known, func(value string) bool { return slices.Contains(added, value) })
	a.known = append(slices.Delete(old, 0, max(0, len(old)-maxAdditions)), added...)
}

// telemetryHeaders are those of the propagators: they are no secrets, and new
// for each request.
var telemetryHeaders = map[string]bool{"Traceparent": true, "Tracestate": true, "Baggage": true}

// texts returns the values, and what may be said back of them alone: the token
// behind "Bearer", the password of Basic.
func (a *additions) texts() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := slices.Clone(a.proxy)
	for _, value := range a.known {
		out = append(out, value)
		scheme, token, found := strings.Cut(value, " ")
		if !found {
			continue
		}
		out = append(out, token)
		if plain, err := base64.StdEncoding.DecodeString(token); err == nil && strings.EqualFold(scheme, "Basic") {
			_, password, _ := strings.Cut(string(plain), ":")
			out = append(out, password)
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
	if p, ok := req.Context().Value(passageKey{}).(*passage); ok {
		w.added.note(p.header, req.Header)
	}
	return w.Transport.RoundTrip(req)
}

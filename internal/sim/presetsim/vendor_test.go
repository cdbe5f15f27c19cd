// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/component"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// request is one request as the vendor saw it.
type request struct {
	*http.Request
	body string
	// page is the page that it asks for; len(pages) is what follows the last.
	page int
	// item says that it asks for an item of a list instead.
	item bool
	at   time.Time
}

// vendor answers with the fixtures. What a request asks for is found by the
// positions that the answers before it gave, so it works for every pagination.
// As an extension it puts itself into the place of the network.
type vendor struct {
	component.StartFunc
	component.ShutdownFunc
	t   *testing.T
	s   *scene
	cfg *restauditreceiver.Config

	mu       sync.Mutex
	requests []request
	// around may answer instead of the fixtures.
	around func(r request) *answer
	// hidden is the record that is not shown yet, and late that it now is, after
	// all the others.
	hidden string
	late   bool
}

// GetHTTPRoundTripper makes the vendor a middleware of HTTP clients.
func (v *vendor) GetHTTPRoundTripper(context.Context) (func(context.Context, http.RoundTripper) (http.RoundTripper, error), error) {
	return func(context.Context, http.RoundTripper) (http.RoundTripper, error) { return v, nil }, nil
}

// RoundTrip answers a request.
func (v *vendor) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body.Close()
		body = string(data)
	}
	// What a server would make of the request line is not seen here otherwise.
	assert.NotContains(v.t, req.URL.RequestURI(), " ")
	v.mu.Lock()
	a := v.answer(request{Request: req, body: body, at: time.Now()})
	v.mu.Unlock()
	header := http.Header{"Content-Type": {"application/json"}, "Date": {time.Now().UTC().Format(http.TimeFormat)}}
	for name, values := range a.header {
		header[name] = values
	}
	return &http.Response{
		StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)),
		ContentLength: int64(len(a.body)), Request: req, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

func (v *vendor) answer(r request) answer {
	if token := v.token(r); token != nil {
		return *token
	}
	if v.cfg.Credentials.Digest != nil && r.Header.Get("Authorization") == "" {
		challenge := http.Header{"Www-Authenticate": {`Digest realm="r", nonce="n", algorithm=MD5, qop="auth"`}}
		return answer{status: http.StatusUnauthorized, header: challenge, body: "{}"}
	}
	assert.True(v.t, v.authorized(r), "a request without credentials: %s", r.URL)
	if item := v.item(r); item != nil {
		r.item = true
		v.requests = append(v.requests, r)
		return *item
	}
	r.page = v.page(r)
	v.inWindow(r)
	v.requests = append(v.requests, r)
	if v.around != nil {
		if a := v.around(r); a != nil {
			return *a
		}
	}
	return v.show(r.page)
}

// show is the answer for a page as it is now.
func (v *vendor) show(page int) answer {
	last := len(v.s.pages) - 1
	if page > last {
		if !v.late || !v.cfg.Pagination.Persistent {
			return *v.s.empty
		}
		a := v.s.pages[last]
		a.body = v.s.withRecords(a.body, []string{v.hidden}, v.cfg)
		return a
	}
	a := v.s.pages[page]
	records := v.s.records(a.body, v.cfg)
	switch {
	case v.hidden == "":
	case !v.late || v.cfg.Pagination.Persistent && page < last:
		a.body = v.s.withRecords(a.body, without(records, v.hidden), v.cfg)
	case v.cfg.Pagination.Persistent && !slices.Contains(records, v.hidden):
		a.body = v.s.withRecords(a.body, append(records, v.hidden), v.cfg)
	}
	return a
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == one })
}

// token answers requests for a token, nil if r is none.
func (v *vendor) token(r request) *answer {
	c := v.cfg.Credentials
	switch target := r.URL.Scheme + "://" + r.URL.Host + r.URL.Path; {
	case c.OAuth2 != nil && target == v.fill(c.OAuth2.TokenURL):
		return &answer{status: http.StatusOK, body: `{"access_token":"access-1","token_type":"Bearer","expires_in":3600}`}
	case c.Login != nil && target == v.fill(c.Login.URL):
		a := answer{status: http.StatusOK, header: http.Header{}, body: "{}"}
		if c.Login.TokenHeader != "" {
			a.header.Set(c.Login.TokenHeader, "access-1")
		}
		if c.Login.TokenCookie != "" {
			a.header.Set("Set-Cookie", c.Login.TokenCookie+"=access-1; Path=/")
		}
		if c.Login.TokenPath != "" {
			var nested any = "access-1"
			for _, key := range slices.Backward(strings.Split(c.Login.TokenPath, ".")) {
				nested = map[string]any{key: nested}
			}
			text, err := json.Marshal(nested)
			assert.NoError(v.t, err)
			a.body = string(text)
		}
		return &a
	}
	return nil
}

// fill puts the parameters into a URL and drops its query.
func (v *vendor) fill(text string) string {
	for name, value := range v.cfg.Params {
		text = strings.ReplaceAll(text, "{params."+name+"}", string(value[0]))
	}
	target, _, _ := strings.Cut(text, "?")
	return target
}

// authorized tells whether a secret, or something made of one, is on the request.
func (v *vendor) authorized(r request) bool {
	if r.Header.Get("Authorization") != "" {
		return true
	}
	for _, values := range r.Header {
		for _, value := range values {
			if strings.Contains(value, "5ec") || strings.Contains(value, "access-1") {
				return true
			}
		}
	}
	return strings.Contains(r.URL.RawQuery, "5ec") || strings.Contains(r.body, "5ec")
}

// walk are the requests of pages, in their order.
func (v *vendor) walk() []request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.requests)
}

// mentions tells whether a token of the vendor's stands in the request.
func (r request) mentions(token string) bool {
	if token == "" {
		return false
	}
	for _, values := range r.URL.Query() {
		if slices.ContainsFunc(values, func(s string) bool { return strings.Contains(s, token) }) {
			return true
		}
	}
	for _, values := range r.Header {
		if slices.Contains(values, token) {
			return true
		}
	}
	escaped, _ := json.Marshal(token)
	return strings.Contains(r.body, token) || strings.Contains(r.body, strings.Trim(string(escaped), `"`)) ||
		strings.Contains(r.URL.Path, token)
}

// leadsTo tells whether r is what link says: the same target, and at least its
// parameters.
func (r request) leadsTo(link string) bool {
	u, err := url.Parse(link)
	if err != nil || link == "" || u.Host != r.URL.Host || u.Path != r.URL.Path {
		return false
	}
	have := r.URL.Query()
	for name, values := range u.Query() {
		if !slices.Equal(have[name], values) {
			return false
		}
	}
	return true
}

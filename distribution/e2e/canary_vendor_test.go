// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// parrot is a vendor that answers with every fault in turn, and says back all
// that it was told: in bodies, headers and URLs, in several encodings.
type parrot struct {
	t   *testing.T
	url string

	mu    sync.Mutex
	turns map[string]int // by path
}

func startParrot(t *testing.T) *parrot {
	t.Helper()
	p := &parrot{t: t, turns: map[string]int{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// rounds tells how often a source has met all faults.
func (p *parrot) rounds(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.turns[path] / len(parrotFaults)
}

func (p *parrot) turn(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turns[path]++
	return p.turns[path] - 1
}

// ServeHTTP implements http.Handler.
func (p *parrot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	e := hear(r, string(body), p.url)
	turn := p.turn(r.URL.Path)
	if strings.HasPrefix(r.URL.Path, "/token") {
		p.token(w, r, turn, e)
		return
	}
	if r.URL.Path == "/digest" && r.Header.Get("Authorization") == "" {
		w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	parrotFaults[turn%len(parrotFaults)](w, r, e)
}

// token fails in each way before it gives a token, which is a secret too.
func (p *parrot) token(w http.ResponseWriter, r *http.Request, turn int, e echo) {
	name := strings.TrimPrefix(r.URL.Path, "/token/")
	switch turn % 7 {
	case 0:
		w.WriteHeader(http.StatusBadRequest)
		assert.NoError(p.t, json.NewEncoder(w).Encode(map[string]string{"error": "invalid_grant", "error_description": e.plain}))
	case 1:
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, e.encoded)
	case 2:
		_, _ = io.WriteString(w, "<html>"+e.plain)
	case 3:
		w.Header().Set("Location", "http://evil.example/?"+e.query)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case 4:
		_, _ = io.WriteString(w, `{"access_token":"`+canary(name+"-token")+"\\n")
	default:
		assert.NoError(p.t, json.NewEncoder(w).Encode(map[string]any{
			"access_token": canary(name + "-token"), "refresh_token": canary(name + "-refreshed"), "token_type": "Bearer", "expires_in": 2,
		}))
	}
}

// echo is what was heard.
type echo struct{ plain, encoded, query, base string }

func hear(r *http.Request, body, base string) echo {
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		query = r.URL.RawQuery
	}
	parts := []string{query, body}
	if _, password, ok := r.BasicAuth(); ok {
		parts = append(parts, password)
	}
	for name, values := range r.Header {
		if name != "Accept-Encoding" && name != "Traceparent" {
			parts = append(parts, values...)
			parts = append(parts, strings.TrimPrefix(values[0], "Bearer "))
		}
	}
	form, err := url.ParseQuery(body)
	if err == nil {
		for _, values := range form {
			parts = append(parts, values...)
		}
	}
	e := echo{plain: strings.Join(parts, " "), base: base}
	for _, part := range parts {
		e.encoded += " " + base64.StdEncoding.EncodeToString([]byte(part)) + " " + hex.EncodeToString([]byte(part)) + " " + url.QueryEscape(part)
	}
	e.query = url.Values{"echo": {e.plain}, "code": parts}.Encode()
	e.plain = strings.NewReplacer("\r", " ", "\n", " ").Replace(e.plain)
	return e
}

// page is a good page with a next link.
func (e echo) page(w http.ResponseWriter, next string) {
	at := time.Now().UTC()
	_ = json.NewEncoder(w).Encode(map[string]any{
		"ok": true, "next": next, "events": []any{map[string]any{"id": fmt.Sprint(at.UnixNano()), "time": at.Format(time.RFC3339Nano)}},
	})
}

// status answers with a body that says all.
func status(code int, body func(echo) string, headers ...string) func(http.ResponseWriter, *http.Request, echo) {
	return func(w http.ResponseWriter, _ *http.Request, e echo) {
		for _, name := range headers {
			w.Header().Set(name, e.plain)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body(e))
	}
}

// raw answers below HTTP and hangs up.
func raw(text func(echo) string) func(http.ResponseWriter, *http.Request, echo) {
	return func(w http.ResponseWriter, _ *http.Request, e echo) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, text(e))
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset
		}
		_ = conn.Close()
	}
}

// outOfTurn answers well, and goes on before it is asked again.
func outOfTurn(w http.ResponseWriter, _ *http.Request, e echo) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"events\":[]}HTTP/1.1 200 OK\r\nX-Echo: "+e.plain+"\r\n\r\n")
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.Copy(io.Discard, conn) // until the other side hangs up
}

func location(code int, to func(echo) string) func(http.ResponseWriter, *http.Request, echo) {
	return func(w http.ResponseWriter, _ *http.Request, e echo) {
		w.Header().Set("Location", to(e))
		w.WriteHeader(code)
	}
}

func inJSON(e echo) string {
	text, _ := json.Marshal(map[string]any{"ok": false, "error": map[string]string{"code": e.plain, "message": e.plain}, "message": e.encoded})
	return string(text)
}

func plainly(e echo) string  { return e.plain }
func encoded(e echo) string  { return e.encoded }
func htmlPage(e echo) string { return "<html><a href='/?" + e.query + "'>" + e.plain + e.encoded }

// parrotFaults are what a vendor can do wrong, with the ear of the source.
var parrotFaults = []func(w http.ResponseWriter, r *http.Request, e echo){
	status(http.StatusUnauthorized, inJSON, "WWW-Authenticate"), status(http.StatusUnauthorized, plainly), status(http.StatusForbidden, encoded),
	status(http.StatusTooManyRequests, inJSON, "Retry-After", "X-RateLimit-Reset"), status(http.StatusInternalServerError, htmlPage),
	status(http.StatusBadGateway, encoded), status(http.StatusBadRequest, inJSON), status(http.StatusNotFound, plainly), status(http.StatusGone, inJSON),
	status(http.StatusOK, htmlPage), status(http.StatusOK, encoded), status(http.StatusOK, inJSON), status(299, plainly),
	status(http.StatusOK, func(e echo) string { return `{"events":"` + e.plain }),
	status(http.StatusOK, func(e echo) string { return `{"` + url.QueryEscape(e.plain) + `":[]}` }, "Content-Type", "Date", "Link"),
	status(http.StatusOK, func(echo) string { return "{}" }, "Content-Encoding"),
	location(http.StatusFound, func(e echo) string { return "http://evil.example/?" + e.query }),
	location(http.StatusFound, func(e echo) string { return "http://" + url.PathEscape(e.plain) + ".evil.example/" }),
	location(http.StatusMovedPermanently, func(e echo) string { return "http://user:" + url.PathEscape(e.plain) + "@evil.example/" }),
	location(http.StatusTemporaryRedirect, func(e echo) string { return e.base + "/moved?" + e.query }),
	location(http.StatusFound, func(e echo) string { return "%zz" + e.plain }),
	location(http.StatusFound, func(e echo) string { return e.base + "/moved/" + url.PathEscape(e.plain) }),
	location(http.StatusFound, func(e echo) string {
		return e.base + "/moved/" + base64.URLEncoding.EncodeToString([]byte(e.plain))
	}),
	outOfTurn,
	raw(func(e echo) string { return "HTTP/1.1 abc " + e.plain + "\r\n\r\n" }),
	raw(func(e echo) string { return e.plain + "\r\n\r\n" }),
	raw(func(e echo) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + e.plain + "\r\n\r\n{}" }),
	raw(func(e echo) string { return "HTTP/1.1 200 OK\r\n" + e.plain + "\r\n\r\n{}" }),
	raw(func(e echo) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + e.plain + "\r\n\r\n{}" }),
	raw(func(e echo) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + e.plain + "\r\n" }),
	raw(func(e echo) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{\"events\":[\"" + e.plain
	}),
	func(w http.ResponseWriter, _ *http.Request, e echo) { e.page(w, "http://evil.example/?"+e.query) },
	func(w http.ResponseWriter, _ *http.Request, e echo) {
		e.page(w, "http://"+strings.ReplaceAll(url.QueryEscape(e.plain), "%", "-")+"/")
	},
	func(w http.ResponseWriter, r *http.Request, e echo) { e.page(w, e.base+r.URL.Path+"?page=2&"+e.query) },
	status(http.StatusBadRequest, inJSON), // to the page that was just linked
	func(w http.ResponseWriter, _ *http.Request, e echo) { e.page(w, "") },
}

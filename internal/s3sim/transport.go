// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3sim

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"syscall"
	"time"
)

var errReset = &resetError{}

// resetError is what a client sees when the connection was cut.
type resetError struct{}

func (*resetError) Error() string { return "simulated: connection reset by peer" }
func (*resetError) Unwrap() error { return syscall.ECONNRESET }

// ServeHTTP answers over a real connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := s.receive(r)
	if err != nil {
		return
	}
	a := s.handle(c, Fault{})
	if a.reset && a.status == 0 {
		cut(w)
		return
	}
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // a client that is gone needs no answer
	}
	if a.reset {
		cut(w)
	}
}

// cut closes the connection under the client.
func cut(w http.ResponseWriter) {
	rc := http.NewResponseController(w)
	_ = rc.Flush() // what was written so far leaves first
	if conn, _, err := rc.Hijack(); err == nil {
		_ = conn.Close()
	}
}

// Client gives an HTTP client that reaches the server without a socket.
func (s *Server) Client() *http.Client { return &http.Client{Transport: transport{server: s}} }

// Under plays one request under a fault of its own, besides those that were
// injected for everybody; the zero Fault is none. Only the fault's Effect,
// Delay, Status and Body count.
func (s *Server) Under(f Fault, r *http.Request) (*http.Response, error) {
	return transport{server: s, fault: f}.RoundTrip(r)
}

type transport struct {
	server *Server
	fault  Fault
}

// RoundTrip plays the request in the caller's goroutine. It returns when the
// request's context ends, as a real transport does.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	c, err := t.server.receive(r)
	if r.Body != nil {
		_ = r.Body.Close() // a transport must close it; closing a reader can't lose anything
	}
	if err != nil {
		return nil, err
	}
	a := t.server.handle(c, t.fault)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if a.reset && a.status == 0 {
		return nil, errReset
	}
	return a.response(r), nil
}

func (a answer) response(r *http.Request) *http.Response {
	header := a.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	res := &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Request: r, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(a.body)),
	}
	var body io.Reader = bytes.NewReader(a.body)
	if a.reset {
		body = io.MultiReader(body, failing{})
	}
	if r.Method == http.MethodHead {
		body = bytes.NewReader(nil)
	}
	res.Body = io.NopCloser(body)
	return res
}

// failing is the end of a body whose connection was cut.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.Join(errReset, io.ErrUnexpectedEOF) }

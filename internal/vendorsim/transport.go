// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
)

// Transport is an http.RoundTripper that calls the handler in the caller's goroutine: no connection, no goroutine, so
// it works inside testing/synctest. What a network would do is played: bodies shorter than their Content-Length end in
// io.ErrUnexpectedEOF, aborted answers are connection resets, slow bodies are slow to read, and a request's context
// ends both the exchange and the reading. It doesn't decompress, and follows no redirects: http.Client does that.
func Transport(h http.Handler) http.RoundTripper { return transport{h} }

type transport struct{ handler http.Handler }

// errReset is what a client of a broken connection sees.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	ctx := req.Context()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	w := &recorder{header: http.Header{}}
	aborted := w.run(t.handler, serverRequest(req))
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if aborted && !w.started() {
		return nil, errReset
	}
	return w.response(req, aborted), nil
}

// serverRequest is the request as a server would see it.
func serverRequest(req *http.Request) *http.Request {
	r := req.Clone(req.Context())
	r.RequestURI = req.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:1234"
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	if r.Host == "" {
		r.Host = req.URL.Host
	}
	if req.URL.Scheme == "https" {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true, Version: tls.VersionTLS13, ServerName: req.URL.Hostname()}
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if _, ok := r.Header["User-Agent"]; !ok { // as http.Transport does
		r.Header.Set("User-Agent", "Go-http-client/1.1")
	}
	return r
}

// recorder is the ResponseWriter of a RoundTrip.
type recorder struct {
	header http.Header
	sent   http.Header // header at the time of WriteHeader
	status int
	pieces []piece
	done   func()
}

func (w *recorder) run(h http.Handler, r *http.Request) (aborted bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler: // the very value, as net/http compares it
			aborted = true
		default:
			panic(p) // not ours: a bug of the handler
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

func (w *recorder) started() bool { return w.sent != nil }

// Header implements http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if !w.started() {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.pieces = append(w.pieces, piece{data: append([]byte(nil), p...)})
	return len(p), nil
}

// pace implements pacer. The pieces are not copied.
func (w *recorder) pace(pieces []piece, done func()) {
	w.WriteHeader(http.StatusOK)
	w.pieces, w.done = append(w.pieces, pieces...), done
}

func (w *recorder) response(req *http.Request, aborted bool) *http.Response {
	w.WriteHeader(http.StatusOK)
	body := &pacedBody{ctx: req.Context(), pieces: w.pieces, done: w.done, end: io.EOF}
	size := int64(0)
	for _, p := range w.pieces {
		size += int64(len(p.data))
	}
	declared := size
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
		declared = n
	}
	switch {
	case aborted:
		body.end = errReset
	case declared > size:
		body.end = io.ErrUnexpectedEOF
	}
	res := &http.Response{
		Status:     strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: body, ContentLength: declared, Request: req,
	}
	if req.URL.Scheme == "https" {
		res.TLS = &tls.ConnectionState{HandshakeComplete: true, Version: tls.VersionTLS13, ServerName: req.URL.Hostname()}
	}
	return res
}

// pacedBody gives out the pieces of a body, each after its wait, and then its end.
type pacedBody struct {
	ctx    context.Context // the request's, as in net/http
	pieces []piece
	done   func()
	end    error
	closed bool
}

var errBodyClosed = errors.New("http: read on closed response body")

// Read implements io.Reader.
func (b *pacedBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, errBodyClosed
	}
	if err := context.Cause(b.ctx); err != nil {
		return 0, err
	}
	for len(b.pieces) > 0 && len(b.pieces[0].data) == 0 {
		b.pieces = b.pieces[1:]
	}
	if len(b.pieces) == 0 {
		b.finish() // a body without bytes
		return 0, b.end
	}
	first := &b.pieces[0]
	if first.wait > 0 {
		wait := first.wait
		first.wait = 0
		if !sleep(b.ctx, wait) {
			return 0, context.Cause(b.ctx)
		}
	}
	n := copy(p, first.data)
	first.data = first.data[n:]
	if len(b.pieces) == 1 && len(first.data) == 0 {
		b.finish()
	}
	return n, nil
}

func (b *pacedBody) finish() {
	if b.done != nil {
		b.done()
		b.done = nil
	}
}

// Close implements io.Closer.
func (b *pacedBody) Close() error {
	b.closed = true
	return nil
}

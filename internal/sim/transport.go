// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// transport is the network between one incarnation and the vendor.
type transport struct {
	w   *World
	inc *incarnation
	// rand decides on disturbances, pace on how long things take.
	rand, pace *stream
	// episode is a disturbance that lasts until a time.
	episode      disturbance
	episodeUntil time.Duration
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.w.boundary(t.inc, requestBefore); err != nil {
		return nil, err
	}
	t.w.judgeRequest(req)
	took := t.pace.span(time.Millisecond, t.w.s.Vendor.latency)
	if err := t.inc.pause(req.Context(), took/2); err != nil {
		return nil, err
	}
	kind := t.disturbance()
	t.w.noteRequest(t.inc, kind)
	answer := t.serve(req, kind)
	if err := t.inc.pause(req.Context(), took-took/2); err != nil {
		return nil, err
	}
	resp, err := t.spoil(req, kind, answer)
	if killed := t.w.boundary(t.inc, requestAfter); killed != nil {
		return nil, killed
	}
	return resp, err
}

// reply is what the vendor answers before anything happens to it.
type reply struct {
	status int
	header http.Header
	body   bytes.Buffer
	shown  []shownEvent
}

func (r *reply) Header() http.Header { return r.header }

func (r *reply) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *reply) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// serve lets the vendor answer, unless it is not reached.
func (t *transport) serve(req *http.Request, kind disturbance) *reply {
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	answer := &reply{header: http.Header{}}
	v := t.w.vendor
	if kind == forgets {
		v.void = v.now() + 1
	}
	v.mood = kind.mood()
	t.w.date(answer.header)
	v.ServeHTTP(answer, req)
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	answer.shown = append([]shownEvent(nil), v.shown...)
	return answer
}

// response makes an answer of a reply that arrives whole.
func (t *transport) response(req *http.Request, a *reply) *http.Response {
	if a.status == http.StatusOK {
		t.w.noteShown(req, a.shown)
	}
	return &http.Response{
		StatusCode: a.status, Header: a.header, Request: req, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(a.body.Len()), Body: io.NopCloser(&a.body),
	}
}

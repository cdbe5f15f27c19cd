// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// disturbance is one thing that goes wrong with an answer.
type disturbance uint8

const (
	calm disturbance = iota
	rateLimited
	serverError // or one of a cache on the way
	lostRequest // the connection breaks
	truncated   // the body ends early, and the client can tell
	closed      // the connection ends early, and with it a body of no known length
	damagedGzip
	htmlPage
	errorInside // 200 with the vendor's error in it
	noRecords   // 200 without the member that has the records
	emptyBody
	stalls // the body stops coming
	drips  // the body comes too slowly
	hangs  // no answer comes
	unauthorized
	forgets // all cursors expire
	loops
	swings // page A names B, B names A
	hollow // an empty page that says that there is more
	endsEarly
	shortPage
	showsTwice
	astray // the next URL leads to a foreign host
	redirects
)

// lasting tells for how long a disturbance goes on when it is an episode.
func (d disturbance) lasting() bool {
	switch d {
	case rateLimited, serverError, lostRequest, unauthorized, htmlPage, loops, swings, hollow:
		return true
	default:
		return false
	}
}

// row is the disturbance's row of the catalogue; "" when the vendor counts.
func (d disturbance) row() string {
	return map[disturbance]string{
		rateLimited: "F30", serverError: "F32", lostRequest: "F32", truncated: "F22", closed: "F22", damagedGzip: "F22",
		htmlPage: "F23", errorInside: "F21", noRecords: "F21", emptyBody: "F24", stalls: "F33", drips: "F33", hangs: "F33",
		unauthorized: "F31", redirects: "S1",
	}[d]
}

// mood is what the vendor itself does wrong under a disturbance.
func (d disturbance) mood() mood {
	return mood{
		loop: d == loops, swing: d == swings, hollow: d == hollow, early: d == endsEarly,
		short: d == shortPage, twice: d == showsTwice, astray: d == astray,
	}
}

// disturbance decides what happens to the next answer.
func (t *transport) disturbance() disturbance {
	f := t.w.s.Faults
	hit, which, long := t.rand.chance(f.answer), t.rand.Float64(), t.rand.chance(.15)
	length := t.rand.span(0, 12*time.Minute)
	now := t.w.now()
	switch {
	case now >= t.w.s.Rough || len(f.kinds) == 0:
		return calm
	case now < t.episodeUntil:
		return t.episode
	case !hit:
		return calm
	}
	kind := f.kinds[int(which*float64(len(f.kinds)))]
	if long && kind.lasting() {
		t.episode, t.episodeUntil = kind, now+min(length, t.w.s.Rough-now)
	}
	return kind
}

var errNetwork = errors.New("connection reset by peer")

// spoil does to an answer what the disturbance says.
func (t *transport) spoil(req *http.Request, kind disturbance, a *reply) (*http.Response, error) {
	if row := kind.row(); row != "" {
		t.w.cover(row)
	}
	date := a.header.Get("Date")
	plain := func(status int, contentType, body string) *reply {
		r := &reply{status: status, header: http.Header{"Content-Type": {contentType}}}
		if date != "" {
			r.header.Set("Date", date)
		}
		r.body.WriteString(body)
		return r
	}
	switch kind {
	case rateLimited:
		return t.response(req, t.limit(plain(http.StatusTooManyRequests, "application/json", `{"error":"slow down"}`))), nil
	case serverError:
		return t.response(req, plain(pick(t.rand, 500, 502, 503, 504, 205, 304), "text/plain", "oops: "+canary)), nil
	case redirects:
		r := plain(pick(t.rand, 301, 302, 307, 308), "text/plain", "")
		r.header.Set("Location", pick(t.rand, foreign...)+"?page=2")
		return t.response(req, r), nil
	case unauthorized:
		return t.response(req, plain(http.StatusUnauthorized, "application/json", `{"error":"not with `+canary+`"}`)), nil
	case htmlPage:
		return t.response(req, plain(http.StatusOK, "text/html", `<html>{"ok":true,"data":[]} sign in</html>`)), nil
	case errorInside:
		return t.response(req, plain(http.StatusOK, "application/json", t.innerError())), nil
	case noRecords:
		return t.response(req, plain(http.StatusOK, "application/json", `{"ok":true,"items":[]}`)), nil
	case emptyBody:
		return t.response(req, plain(http.StatusOK, "application/json", "")), nil
	case lostRequest:
		return nil, errNetwork
	case hangs:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case truncated, closed, stalls, drips, damagedGzip:
		if a.status == http.StatusOK && a.body.Len() > 0 {
			return t.broken(req, kind, a), nil
		}
	default:
	}
	return t.response(req, a), nil
}

func (t *transport) innerError() string {
	if t.w.s.Vendor.errorRule {
		return `{"ok":false,"data":[],"error":"backend"}`
	}
	return `{"ok":false,"error":"backend"}`
}

// limit makes a 429 say how long to wait, in one of the usual ways.
func (t *transport) limit(r *reply) *reply {
	wait := time.Duration(t.rand.count(1, 600)) * time.Second
	now := time.Now()
	if date, err := http.ParseTime(r.header.Get("Date")); err == nil {
		now = date
	}
	seconds := strconv.Itoa(int(wait / time.Second))
	switch t.rand.IntN(5) {
	case 0:
		r.header.Set("Retry-After", seconds)
	case 1:
		r.header.Set("Retry-After", now.Add(wait).UTC().Truncate(time.Second).Format(http.TimeFormat))
		wait -= time.Second
	case 2:
		r.header.Set("Retry-After-Ms", fmt.Sprint(wait.Milliseconds()))
	case 3:
		r.header.Set("X-RateLimit-Remaining", "0")
		r.header.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(wait).Unix(), 10))
		wait -= time.Second
	default:
		return r
	}
	t.w.noteWait(t.inc, wait)
	return r
}

// broken makes an answer whose body does not arrive whole.
func (t *transport) broken(req *http.Request, kind disturbance, a *reply) *http.Response {
	text := a.body.String()
	if t.rand.chance(.1) {
		text = strings.TrimRight(text, "\n") // so that every cut hurts
	}
	cut := t.rand.IntN(len(text))
	resp := t.response(req, &reply{status: a.status, header: a.header})
	resp.ContentLength = int64(len(text))
	if (kind == truncated || kind == closed) && t.w.s.Vendor.ndjson && t.rand.chance(.5) {
		cut = strings.LastIndexByte(text[:cut], '\n') + 1 // what is left are whole records
	}
	body := &brokenBody{ctx: req.Context(), text: text[:cut], err: io.ErrUnexpectedEOF}
	switch kind {
	case truncated:
		if t.rand.chance(.5) {
			body.err = io.EOF
		}
	case closed:
		resp.ContentLength, body.err = -1, io.EOF
	case stalls:
		body.err = nil
	case drips:
		body.every = 2 * time.Second
	case damagedGzip:
		resp.ContentLength, body.err = -1, io.EOF
		resp.Header.Set("Content-Encoding", "gzip")
		body.text = "\x1f\x8b\x08\x00" + text[:cut]
	default:
	}
	resp.Body = body
	return resp
}

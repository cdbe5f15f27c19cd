// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

// line is the way of one incarnation to S3: it is slow, faulty, and cut off when
// the process is killed or stopped. Requests come one at a time, those of the
// heartbeat among them, so it has a stream of its own.
type line struct {
	w    *World
	inc  *incarnation
	rand *stream
}

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	write := r.Method == http.MethodPut
	fault := l.fault(r.URL.Path, write)
	took := l.rand.span(0, 20*time.Millisecond)
	if err := l.inc.pause(r.Context(), took); err != nil {
		return nil, l.hangUp(r, err)
	}
	stopped, err := l.stop(r.Context())
	if err != nil {
		return nil, l.hangUp(r, err)
	}
	if write && strings.HasSuffix(r.URL.Path, bucketKey) {
		if err := l.w.boundary(l.inc, putBefore); err != nil {
			return nil, l.hangUp(r, err)
		}
	}
	if stopped {
		// What a stopped process was about to send leaves when it wakes, however
		// long its time limit is over.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
		defer cancel()
		r = r.WithContext(ctx)
	}
	if fault.Effect != 0 {
		l.w.trace("S3 #%d: fault %d of %s %s", l.inc.no, fault.Effect, r.Method, r.URL.Path)
	}
	res, err := l.w.bucket.sim.Under(fault, r)
	if l.inc.dead.Load() {
		return nil, errKilled
	}
	return res, err
}

// hangUp closes the body of a request that is not sent.
func (l *line) hangUp(r *http.Request, err error) error {
	if r.Body != nil {
		_ = r.Body.Close() // reading can't lose anything
	}
	return err
}

// stop holds a superseded process up until another one has read the state, as
// SIGSTOP would. It tells whether it did.
func (l *line) stop(ctx context.Context) (stopped bool, err error) {
	for l.w.outlived(l.inc) {
		stopped = true
		if err := sleep(l.inc.hard, time.Second); err != nil {
			return true, err
		}
	}
	if l.inc.dead.Load() {
		return stopped, errKilled
	}
	if stopped {
		return true, nil
	}
	return false, ctx.Err()
}

// outlived tells whether another incarnation is about to take over from inc.
func (w *World) outlived(inc *incarnation) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return inc.no < w.owner && w.bucket.holder <= inc.no
}

// The faults of S3, for reads and writes.
var (
	readFaults = []s3sim.Effect{
		s3sim.SlowDown, s3sim.ResetBefore, s3sim.Torn, s3sim.Stale, s3sim.Hang, s3sim.Slow,
	}
	writeFaults = []s3sim.Effect{
		s3sim.SlowDown, s3sim.ResetBefore, s3sim.ResetAfter, s3sim.ErrorAfter, s3sim.Conflict, s3sim.Hang, s3sim.HangAfter, s3sim.Late, s3sim.Slow,
	}
)

// tearable tells whether a write may be torn: there is a previous generation,
// and it is that before the newest. A torn write is unheard of at S3; what it
// hits has to be put right by hand where there is nothing to go back to.
func (b *bucket) tearable() bool {
	_, there := b.sim.Object(bucketName, bucketKey+".prev")
	return there && b.w.s.Bucket.previousEvery == 1
}

// fault decides what happens to the next request.
func (l *line) fault(key string, write bool) s3sim.Fault {
	p, effects, row := l.w.s.Faults.load, readFaults, "F45"
	if write {
		p, effects, row = l.w.s.Faults.save, writeFaults, "F44"
		if l.w.bucket.tearable() && !l.w.superseded(l.inc) {
			effects = append(effects[:len(effects):len(effects)], s3sim.Torn)
		}
	}
	hit, which, delay := l.rand.chance(p), l.rand.Float64(), l.rand.span(0, 8*time.Second)
	sacred := l.w.s.Bucket.previousEvery == 1 && strings.HasSuffix(key, ".prev") // or nothing is left to go back to
	if !hit || sacred || l.w.now() >= l.w.s.Rough {
		return s3sim.Fault{}
	}
	l.w.cover(row)
	l.w.cover("S3")
	return s3sim.Fault{Effect: effects[int(which*float64(len(effects)))], Delay: delay}
}

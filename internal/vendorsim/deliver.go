// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// drops is how many pieces a slow body comes in.
const drops = 8

// piece is a part of a body that comes after a wait.
type piece struct {
	wait time.Duration
	data []byte
}

// pacer is a ResponseWriter that hands the pieces of a body to its reader in time, so that the writer need not wait, and
// that knows when the reader has had the last one. [Transport] has one: there, the writer and the reader share a goroutine.
type pacer interface {
	// pace takes the body; done is called when the reader has had all of it.
	pace(pieces []piece, done func())
}

// deliver writes a reply as far as the fault lets it through, and records what was shown.
func (s *Sim) deliver(w http.ResponseWriter, c *call, rep reply, f Fault) {
	if f.Kind == FaultLatency && !sleep(c.r.Context(), f.delay()) {
		panic(http.ErrAbortHandler) // the client is gone
	}
	if f.Kind == FaultReset {
		panic(http.ErrAbortHandler) // net/http's way to break a connection
	}
	dice := mix(c.key, uint64(c.seq), saltStatus, saltFault)
	if f.Kind == FaultTruncateJSON {
		rep.body, rep.events = cut(rep.body, dice), nil
	}
	h := w.Header()
	for name, values := range rep.header {
		h[name] = values
	}
	h.Set("Date", c.now.Format(http.TimeFormat))
	body := rep.body
	if c.gzip && len(body) > 0 && acceptsGzip(c.r) {
		body = compress(body)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if f.Kind == FaultTruncateLength {
		body, rep.events = cut(body, dice), nil
	}
	c.count(rep.status, len(body), f)
	w.WriteHeader(rep.status)
	done := func() { c.shown(rep.events) }
	if f.Kind == FaultSlow {
		drip(c.r.Context(), w, body, f.delay(), done)
		return
	}
	if p, ok := w.(pacer); ok {
		p.pace([]piece{{data: body}}, done)
		return
	}
	if _, err := w.Write(body); err == nil {
		done()
	}
}

// drip writes the body in drops over d.
func drip(ctx context.Context, w http.ResponseWriter, body []byte, d time.Duration, done func()) {
	pieces := make([]piece, 0, drops)
	size := max((len(body)+drops-1)/drops, 1)
	for part := range slices.Chunk(body, size) {
		pieces = append(pieces, piece{data: part})
	}
	for k := range pieces {
		pieces[k].wait = d / time.Duration(len(pieces))
	}
	if p, ok := w.(pacer); ok {
		p.pace(pieces, done)
		return
	}
	flush := http.NewResponseController(w)
	_ = flush.Flush() // the headers come at once; a writer that can't flush is slow all the same
	for _, p := range pieces {
		if !sleep(ctx, p.wait) {
			panic(http.ErrAbortHandler) // the client is gone
		}
		if _, err := w.Write(p.data); err != nil {
			return
		}
		_ = flush.Flush()
	}
	done()
}

// sleep waits; false when the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// cut drops the end of a body, at least one byte. It never cuts at the end of a line, where nobody could tell.
func cut(body []byte, dice uint64) []byte {
	if len(body) < 2 {
		return nil
	}
	n := 1 + int(dice%uint64(len(body)-1))
	for n > 1 && (body[n-1] == '\n' || body[n] == '\n') {
		n--
	}
	return body[:n]
}

func acceptsGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// compress can't fail: it writes to memory.
func compress(body []byte) []byte {
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	_, _ = z.Write(body)
	_ = z.Close()
	return buf.Bytes()
}

func (c *call) count(status, size int, f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.status(status)
	c.stats.Bytes += int64(size)
	if status >= http.StatusBadRequest && f.Kind == "" && !c.limited {
		c.stats.Rejected++
	}
}

func (c *call) shown(events []int) {
	at := make([]int, len(events))
	for k, i := range events {
		at[k] = c.log.original(i)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Records += len(events)
	c.truth.record(at, c.now)
}

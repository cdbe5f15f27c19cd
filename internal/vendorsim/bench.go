// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// BenchOptions configure a Bench.
type BenchOptions struct {
	Events   int           // in all
	PageSize int           // events on a page at most, and without `limit`; 0 = 1000
	Size     int           // bytes of an event, about; 0 = 2200, below 600 = a small shape of about 400
	Gzip     bool          // compress the full pages once, at the start, for clients that accept it
	Latency  time.Duration // before each answer
	Start    time.Time     // time of the first event; zero = 2026-01-01
}

// Bench serves a finite Okta-shaped log as fast as it can, to measure clients and not the server: a page is rendered
// once, and only the ids and times at known places are written anew for each request.
//
// GET /bench/v1/logs?limit=&size=&latency=&after= : `after` is the number of events before the page, `size` and
// `latency` replace the options. Other parameters and credentials are not looked at. As with Okta the next link is always
// there, unless the request has `until`: then the last page has none. Safe for concurrent use.
type Bench struct {
	opts   BenchOptions
	packed [][]byte // compressed full pages of the configured size

	mu     sync.Mutex
	shapes map[int]*sync.Pool // of *benchPage, by event size
}

// maxShapes bounds how many event sizes clients can ask for.
const maxShapes = 16

// NewBench renders the pages; with Gzip it takes about 20 ms per page of 1000 events.
func NewBench(o BenchOptions) *Bench {
	if o.PageSize <= 0 {
		o.PageSize = 1000
	}
	if o.Size <= 0 {
		o.Size = 2200
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	b := &Bench{opts: o, shapes: map[int]*sync.Pool{}}
	if o.Gzip {
		pool := b.shape(o.Size)
		p, _ := pool.Get().(*benchPage)
		for first := 0; first+o.PageSize <= o.Events; first += o.PageSize {
			p.patch(first, o.PageSize, o.Start)
			b.packed = append(b.packed, compress(append(bytes.Clone(p.head(o.PageSize)), ']')))
		}
		pool.Put(p)
	}
	return b
}

// shape returns the pool of pages with events of a size; nil when clients asked for too many sizes.
func (b *Bench) shape(size int) *sync.Pool {
	b.mu.Lock()
	defer b.mu.Unlock()
	pool, ok := b.shapes[size]
	if !ok && len(b.shapes) < maxShapes {
		pool = &sync.Pool{New: func() any { return newBenchPage(b.opts.PageSize, size) }}
		b.shapes[size] = pool
	}
	return pool
}

// benchRequest is what a request asks for.
type benchRequest struct {
	first, count, size int
	latency            time.Duration
}

func (b *Bench) parse(r *http.Request) (q benchRequest, ok bool) {
	query := r.URL.Query()
	ok = true
	number := func(name string, def, most int) int {
		text := query.Get(name)
		if text == "" {
			return def
		}
		n, err := strconv.Atoi(text)
		ok = ok && err == nil && n >= 0
		return min(n, most)
	}
	q.first = number("after", 0, b.opts.Events)
	q.count = min(number("limit", b.opts.PageSize, b.opts.PageSize), b.opts.Events-q.first)
	q.size = number("size", b.opts.Size, 64<<10)
	q.latency = b.opts.Latency
	if text := query.Get("latency"); text != "" {
		d, err := time.ParseDuration(text)
		q.latency, ok = d, ok && err == nil
	}
	return q, ok
}

// ServeHTTP implements http.Handler.
func (b *Bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, ok := b.parse(r)
	if !ok {
		http.Error(w, "bad parameter", http.StatusBadRequest)
		return
	}
	if q.latency > 0 && !sleep(r.Context(), q.latency) {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	b.links(h, r, q)
	if k := q.first / b.opts.PageSize; q.first%b.opts.PageSize == 0 && k < len(b.packed) &&
		q.count == b.opts.PageSize && q.size == b.opts.Size && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(b.packed[k])))
		_, _ = w.Write(b.packed[k])
		return
	}
	pool := b.shape(q.size)
	if pool == nil {
		http.Error(w, "too many sizes", http.StatusBadRequest)
		return
	}
	p, _ := pool.Get().(*benchPage)
	defer pool.Put(p)
	p.patch(q.first, q.count, b.opts.Start)
	body := p.head(q.count)
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	_, _ = w.Write(body)
	_, _ = io.WriteString(w, "]")
}

// links sets the two Link lines.
func (b *Bench) links(h http.Header, r *http.Request, q benchRequest) {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	base := scheme + r.Host + r.URL.Path
	h.Add("Link", fmt.Sprintf(`<%s?%s>; rel="self"`, base, r.URL.RawQuery))
	query := r.URL.Query()
	next := q.first + q.count
	if next >= b.opts.Events && query.Has("until") {
		return
	}
	query.Del("since")
	query.Set("after", strconv.Itoa(next))
	h.Add("Link", fmt.Sprintf(`<%s?%s>; rel="next"`, base, query.Encode()))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bomb is an answer that is meant to end the one who asked.
type bomb struct {
	name string
	send func(w http.ResponseWriter, r *http.Request)
}

// evilVendor sends every source one bomb after the other, then good pages for
// ever.
type evilVendor struct {
	url   string
	bombs []bomb

	mu   sync.Mutex
	sent map[string]int // by path: bombs so far
	good map[string]int
}

func startEvilVendor(t *testing.T, bombs []bomb) *evilVendor {
	t.Helper()
	e := &evilVendor{bombs: bombs, sent: map[string]int{}, good: map[string]int{}}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

// ServeHTTP lets the sources start at different bombs, so that they meet in
// different pairs.
func (e *evilVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	n := e.sent[r.URL.Path]
	if n < len(e.bombs) {
		e.sent[r.URL.Path]++
	} else {
		e.good[r.URL.Path]++
	}
	e.mu.Unlock()
	if n < len(e.bombs) {
		e.bombs[(n+3*len(r.URL.Path))%len(e.bombs)].send(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"events":[{"id":"good","time":%q}]}`, time.Now().UTC().Format(time.RFC3339))
}

// survived tells whether a source has got through all bombs to a good page.
func (e *evilVendor) survived(path string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.good[path] > 0
}

// stream writes first, then part over and over until total bytes are out or the
// other side hangs up.
func stream(w http.ResponseWriter, r *http.Request, first, part string, total int64) {
	block := []byte(strings.Repeat(part, 1+(64<<10)/len(part)))
	if _, err := io.WriteString(w, first); err != nil {
		return
	}
	for n := int64(0); n < total && r.Context().Err() == nil; n += int64(len(block)) {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// zipped is a gzip member that inflates to n times part.
func zipped(t *testing.T, part string, n int) string {
	t.Helper()
	var b bytes.Buffer
	zw, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	require.NoError(t, err)
	block := []byte(strings.Repeat(part, (1<<20)/len(part)))
	for n *= len(part); n > 0; n -= len(block) {
		_, err := zw.Write(block[:min(n, len(block))])
		require.NoError(t, err)
	}
	require.NoError(t, zw.Close())
	return b.String()
}

const endless = 1 << 40

// streaming is a bomb that repeats itself.
func streaming(name, first, part string, total int64) bomb {
	return bomb{name, func(w http.ResponseWriter, r *http.Request) { stream(w, r, first, part, total) }}
}

// zippedBomb is one that is small on the wire.
func zippedBomb(name, body string, members int64) bomb {
	return bomb{name, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		stream(w, r, "", body, members*int64(len(body)))
	}}
}

// bombs are the answers that any parser of strangers' bytes has to survive.
func bombs(t *testing.T) []bomb {
	spaces, nested := zipped(t, " ", 64<<20), zipped(t, "[", 12_000_000)
	list := []bomb{
		zippedBomb("a gzip bomb", spaces, 1),
		zippedBomb("an endless gzip bomb", spaces, endless),
		zippedBomb("12 million brackets in 12 kB", nested, 1),
		streaming("a string of 1 GB", `{"events":[{"id":"`, "a", 1<<30),
		streaming("a number of 1 GB", `{"events":[`, "1", 1<<30),
		streaming("escapes without end", `{"events":[{"id":"`, `\u0000`, endless),
		streaming("a key without end", `{"events":[{"`, "k", endless),
		streaming("10 million brackets", "", "[", 10_000_000),
		streaming("10 million objects in each other", "", `{"a":`, 50_000_000),
		streaming("records without end", `{"events":[`, `{"id":"a","time":"2026-01-01T00:00:00Z"},`, endless),
		streaming("empty records without end", `{"events":[`, "{},", endless),
		streaming("members without end", `{"a":1`, `,"b":2`, endless),
		streaming("white space without end", "", " ", endless),
		streaming("text without end", "<html>", "all work and no play ", endless),
		{"10 MB of headers", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 10 {
				w.Header().Set(fmt.Sprintf("X-Filler-%d", i), strings.Repeat("x", 1<<20))
			}
		}},
		{"100,000 headers", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 100_000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), "x")
			}
		}},
		{"a lie about the length", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1099511627776")
			_, _ = io.WriteString(w, `{"events":[]}`)
		}},
		{"a byte now and then", drip},
		{"bytes that nobody asked for", unsolicited},
		{"a text for a table of rows", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "try again later\n") }},
		{"two lists of records", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[],"events":[{"id":"bad"}]}`)
		}},
		{"many tiny records", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[`+strings.Repeat(`{"id":"tiny"},`, 30_000)+`{}]}`)
		}},
		{"a record of 15 MiB", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[{"id":"large","x":"`+strings.Repeat("x", 15<<20)+`"}]}`)
		}},
		{"a list of 7 million values", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[{"id":"list","list":[`+strings.Repeat("1,", 7_000_000)+`1]}]}`)
		}},
		{"a good record of 7 MiB", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[{"id":"large","x":"`+strings.Repeat("x", 7<<20)+`"}]}`)
		}},
		{"7 MiB that are not UTF-8", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[{"id":"latin","x":"`+strings.Repeat("a\xff", 7<<19)+`"}]}`)
		}},
		{"a list of 3 million values", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"events":[{"id":"list","list":[`+strings.Repeat("1,", 3_500_000)+`1]}]}`)
		}},
	}
	return list
}

// unsolicited sends a good page and then what looks like a line of a log.
func unsolicited(w http.ResponseWriter, _ *http.Request) {
	conn, out, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	const page = `{"events":[]}`
	fmt.Fprintf(out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s\r\n2026-01-01T00:00:00Z\terror\tinjected\x1b[31m\r\n", len(page), page)
	_ = out.Flush() // the collector may have hung up
}

// drip sends a byte per second.
func drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, " "); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush() // the next write says if it is over
		select {
		case <-tick.C:
		case <-r.Context().Done():
		}
	}
}

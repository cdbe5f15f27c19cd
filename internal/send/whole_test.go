// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestABodyIsUnprovenWhenItEndsWithItsConnection is against real connections: it
// is net/http that knows how a body ended.
func TestABodyIsUnprovenWhenItEndsWithItsConnection(t *testing.T) {
	const page = "{\"id\":1}\n"
	zipped := gzipped(t, page)
	raw := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if !assert.NoError(t, err) {
				return
			}
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}
	chunked := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, page)
		w.(http.Flusher).Flush()
	}
	whole := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) }
	partial := func(header, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, value)
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, page)
		}
	}
	for name, tc := range map[string]struct {
		handler  http.HandlerFunc
		http2    bool
		unproven bool
	}{
		"HTTP/1.1 without a length":                  {raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + page), false, true},
		"HTTP/1.0 without a length":                  {raw("HTTP/1.0 200 OK\r\n\r\n" + page), false, true},
		"HTTP/1.1 without a length or a byte":        {raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), false, true},
		"not a byte of gzip without a length":        {raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"), false, true},
		"gzip without a length has its own end":      {raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + zipped), false, false},
		"HTTP/1.0 with a length":                     {raw("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n" + page), false, false},
		"HTTP/1.1 with a length":                     {whole, false, false},
		"HTTP/1.1 in chunks":                         {chunked, false, false},
		"HTTP/2 with a length":                       {whole, true, false},
		"HTTP/2 without a length":                    {chunked, true, false},
		"206 without a range":                        {partial("X-Other", "x"), false, true},
		"206 with a range of the vendor's own units": {partial("Content-Range", "events 0-0/1"), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(tc.handler)
			srv.EnableHTTP2 = tc.http2
			srv.StartTLS()
			t.Cleanup(srv.Close)
			c, err := NewClient(srv.Client(), Settings{Endpoint: mustParse(t, srv.URL)})
			require.NoError(t, err)
			got, err := c.Do(t.Context(), get(t, srv.URL))
			require.NoError(t, err)
			assert.Equal(t, tc.unproven, got.Unproven)
		})
	}
}

func TestAPieceThatNobodyAskedForIsNoPage(t *testing.T) {
	for name, header := range map[string][]string{
		"a range of bytes":           {"Content-Range", "bytes 0-1/9"},
		"a range of unknown extent":  {"Content-Range", "Bytes 0-1/*"},
		"several ranges, in parts":   {"Content-Type", "multipart/byteranges; boundary=x"},
		"a range of a compressed":    {"Content-Range", "bytes 0-1/9", "Content-Encoding", "gzip"},
		"a range that is everything": {"Content-Range", "bytes 0-1/2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := do(t, Settings{}, reply(206, "[]", header...))
			e := requireClass(t, err, ClassRetry)
			assert.ErrorContains(t, e, "206 Partial Content")
		})
	}
	c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
		return reply(206, "[]", "Content-Range", "bytes 0-1/9"), nil
	})
	req := get(t, vendor)
	req.Header.Set("Range", "bytes=0-1")
	_, err := c.Do(t.Context(), req)
	assert.NoError(t, err, "who asks for a range gets one")
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBrokenBodies(t *testing.T) {
	page := `[{"id":1},{"id":2}]`
	zipped := gzipped(t, page)
	badCRC := zipped[:len(zipped)-8] + "\x00\x00\x00\x00" + zipped[len(zipped)-4:]
	gz := []string{"Content-Encoding", "gzip"}
	tests := []struct {
		name   string
		body   string
		header []string
		length int64
		class  Class
		text   string
	}{
		{"shorter than Content-Length", page, nil, 40, ClassRetry, "truncated or damaged body"},
		{"longer than Content-Length", page, nil, 3, ClassRetry, "truncated or damaged body"},
		{"gzip without end", zipped[:len(zipped)-9], gz, -1, ClassRetry, "truncated or damaged body"},
		{"gzip header cut", zipped[:5], gz, -1, ClassRetry, "truncated or damaged body"},
		{"gzip with wrong CRC", badCRC, gz, -1, ClassRetry, "truncated or damaged body"},
		{"bytes after the gzip end", zipped + "x", gz, -1, ClassRetry, "truncated or damaged body"},
		{"zeros after the gzip end", zipped + "\x00\x00", gz, -1, ClassRetry, "truncated or damaged body"},
		{"gzip claimed only", page, gz, -1, ClassRetry, "truncated or damaged body"},
		{"unknown encoding", page, []string{"Content-Encoding", "br"}, -1, ClassData, "Content-Encoding"},
		{"stacked encodings", page, []string{"Content-Encoding", "gzip, gzip"}, -1, ClassData, "Content-Encoding"},
		{"too large", strings.Repeat("x", 1001), nil, -1, ClassData, "limits::max_page_bytes"},
		{"too large by its own word", strings.Repeat("x", 1001), nil, 1001, ClassData, "limits::max_page_bytes"},
		{"too large when inflated", gzipped(t, strings.Repeat("x", 1001)), gz, -1, ClassData, "limits::max_page_bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, Settings{MaxPageBytes: 1000}, func(*http.Request) (*http.Response, error) {
				r := reply(200, tt.body, tt.header...)
				r.ContentLength = tt.length
				return r, nil
			})
			_, err := c.Do(t.Context(), get(t, vendor))
			e := requireClass(t, err, tt.class)
			assert.ErrorContains(t, e, tt.text)
		})
	}
}

// TestAnUpgradeIsNotRead: its body is the connection, and ends with no deadline.
func TestAnUpgradeIsNotRead(t *testing.T) {
	closed := false
	c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
		r := reply(http.StatusSwitchingProtocols, "")
		r.Body = endlessBody{&closed}
		return r, nil
	})
	_, err := c.Do(t.Context(), get(t, vendor))
	assert.ErrorContains(t, requireClass(t, err, ClassData), "left HTTP")
	assert.True(t, closed)
}

// endlessBody never ends a Read, whatever happens to the request.
type endlessBody struct{ closed *bool }

func (endlessBody) Read([]byte) (int, error) { select {} }
func (b endlessBody) Close() error           { *b.closed = true; return nil }

func TestEveryPrefixOfAGzipBodyIsRefused(t *testing.T) {
	zipped := gzipped(t, strings.Repeat(`{"id":"abc"}`+"\n", 50))
	for n := 1; n < len(zipped); n++ {
		c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
			r := reply(200, zipped[:n], "Content-Encoding", "gzip")
			r.ContentLength = -1
			return r, nil
		})
		_, err := c.Do(t.Context(), get(t, vendor))
		requireClass(t, err, ClassRetry)
	}
}

func TestBodyOfExactlyTheLimitPasses(t *testing.T) {
	body := strings.Repeat("x", 1000)
	for _, length := range []int64{-1, 1000} {
		c := newClient(t, Settings{MaxPageBytes: 1000}, func(*http.Request) (*http.Response, error) {
			r := reply(200, body)
			r.ContentLength = length
			return r, nil
		})
		got, err := c.Do(t.Context(), get(t, vendor))
		require.NoError(t, err)
		assert.Equal(t, body, got.Body)
	}
}

func TestBombIsRefusedByItsRatio(t *testing.T) {
	bomb := gzipped(t, strings.Repeat("\x00", 8<<20)) // about 1000:1
	c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
		return reply(200, bomb, "Content-Encoding", "gzip"), nil
	})
	_, err := c.Do(t.Context(), get(t, vendor))
	assert.ErrorContains(t, requireClass(t, err, ClassData), "ratio")

	small := gzipped(t, strings.Repeat("\x00", 900<<10))
	c = newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
		return reply(200, small, "Content-Encoding", "gzip"), nil
	})
	_, err = c.Do(t.Context(), get(t, vendor))
	assert.NoError(t, err, "below 1 MiB every ratio is harmless")
}

// endless gives zeros for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestEndlessBodyCostsLittleMemory(t *testing.T) {
	const limit = 4 << 20
	largest := 0
	r := readerFunc(func(p []byte) (int, error) { largest = max(largest, cap(p)); return len(p), nil })
	_, err := newRoom(limit).readAll(t.Context(), r, 0, func(int64) error { return nil })
	require.ErrorIs(t, err, errTooLarge)
	assert.LessOrEqual(t, largest, limit+1)

	_, err = newRoom(limit).readAll(t.Context(), endless{}, 1<<60, func(int64) error { return nil })
	require.ErrorIs(t, err, errTooLarge, "a claimed length is not believed beyond the limit")
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestMostlyEmptyBufferIsNotKept(t *testing.T) {
	text, err := newRoom(32<<20).readAll(t.Context(), strings.NewReader("[]"), 8<<20, func(int64) error { return nil })
	require.NoError(t, err)
	assert.Equal(t, "[]", text)
	m := newRoom(32 << 20)
	allocs := testing.AllocsPerRun(5, func() {
		m.buf = nil
		_, _ = m.readAll(t.Context(), strings.NewReader("[]"), 1000, func(int64) error { return nil })
	})
	assert.LessOrEqual(t, allocs, 2.0, "the buffer is the string")
}

// drip gives one chunk at a time, with a pause before each, until ctx ends.
type drip struct {
	req   *http.Request
	chunk int
	pause time.Duration
}

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-time.After(d.pause):
		return copy(p, strings.Repeat("x", d.chunk)), nil
	case <-d.req.Context().Done():
		return 0, errors.New("connection closed")
	}
}

func TestSlowBodiesAreGivenUp(t *testing.T) {
	tests := []struct {
		name  string
		chunk int
		pause time.Duration
		text  string
		after time.Duration
	}{
		{"silence", 0, time.Hour, "stopped coming", 30 * time.Second},
		{"one byte per second", 1, time.Second, "too slowly", 31 * time.Second},
		{"without end", 4096, time.Second, "took too long", 120 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, Settings{}, func(r *http.Request) (*http.Response, error) {
					resp := reply(200, "")
					resp.Body, resp.ContentLength = io.NopCloser(drip{r, tt.chunk, tt.pause}), -1
					return resp, nil
				})
				start := time.Now()
				_, err := c.Do(t.Context(), get(t, vendor))
				assert.ErrorContains(t, requireClass(t, err, ClassRetry), tt.text)
				assert.Equal(t, tt.after, time.Since(start))
			})
		})
	}
}

func TestSlowHeaderEndsWithTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Settings{Timeout: 5 * time.Second}, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		start := time.Now()
		_, err := c.Do(t.Context(), get(t, vendor))
		assert.ErrorContains(t, requireClass(t, err, ClassRetry), "took too long")
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
}

func TestErrorBodyIsReadBounded(t *testing.T) {
	c := newClient(t, Settings{}, func(*http.Request) (*http.Response, error) {
		r := reply(500, "")
		r.Body, r.ContentLength = io.NopCloser(endless{}), -1
		return r, nil
	})
	_, err := c.Do(t.Context(), get(t, vendor))
	assert.Equal(t, 500, requireClass(t, err, ClassRetry).Status)
}

// FuzzBody shows that no body makes the reader panic or return more than it may.
func FuzzBody(f *testing.F) {
	f.Add([]byte(`[{"id":1}]`), false, int64(-1))
	f.Add([]byte(gzipped(f, `[{"id":1}]`)), true, int64(-1))
	f.Add([]byte(gzipped(f, strings.Repeat("x", 5000))), true, int64(7))
	const limit = 4000
	f.Fuzz(func(t *testing.T, body []byte, zipped bool, length int64) {
		c := newClient(t, Settings{MaxPageBytes: limit}, func(*http.Request) (*http.Response, error) {
			r := reply(200, string(body))
			r.ContentLength = max(length, -1)
			if zipped {
				r.Header.Set("Content-Encoding", "gzip")
			}
			return r, nil
		})
		resp, err := c.Do(t.Context(), get(t, vendor))
		if err != nil {
			return
		}
		if len(resp.Body) > limit || length >= 0 && int64(len(body)) != length || !zipped && resp.Body != string(body) {
			t.Fatalf("%d bytes came through", len(resp.Body))
		}
	})
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

func benchRig(t *testing.T, o BenchOptions) *rig {
	return &rig{t: t, client: &http.Client{Transport: Transport(NewBench(o))}, auth: func(*http.Request) {}, clock: newClock()}
}

func TestBenchServesEveryEventOnce(t *testing.T) {
	g := benchRig(t, BenchOptions{Events: 2345})
	seen := map[string]bool{}
	last := ""
	for next := "/bench/v1/logs?limit=1000&since=x&until=y"; next != ""; {
		a := g.get(200, next)
		require.True(t, gjson.Valid(a.body))
		for _, r := range a.get("@this").Array() {
			seen[r.Get("uuid").String()] = true
			require.Greater(t, r.Get("published").String(), last)
			last = r.Get("published").String()
		}
		next = link(a.header, "next")
	}
	assert.Len(t, seen, 2345)
	a := g.get(200, "/bench/v1/logs?after=2345")
	assert.Equal(t, "[]", a.body)
	assert.Contains(t, link(a.header, "next"), "after=2345", "a poll never ends")
}

func TestBenchSizes(t *testing.T) {
	g := benchRig(t, BenchOptions{Events: 3000})
	for size, want := range map[int]float64{2200: 2200, 400: 400, 5000: 5000} {
		a := g.get(200, fmt.Sprintf("/bench/v1/logs?size=%d", size))
		assert.InEpsilon(t, want, float64(len(a.body))/1000, 0.15)
	}
	for k := range maxShapes - 3 {
		g.get(200, fmt.Sprintf("/bench/v1/logs?limit=1&size=%d", 600+k))
	}
	g.get(400, "/bench/v1/logs?size=999")
	for _, q := range []string{"limit=x", "after=-1", "latency=x"} {
		g.get(400, "/bench/v1/logs?"+q)
	}
	start := time.Now()
	g.get(200, "/bench/v1/logs?limit=1&latency=5ms")
	assert.GreaterOrEqual(t, time.Since(start), 5*time.Millisecond)
}

func TestBenchCompressesOnce(t *testing.T) {
	g := benchRig(t, BenchOptions{Events: 250, PageSize: 100, Gzip: true})
	for _, after := range []int{0, 100, 200} {
		url := fmt.Sprintf("/bench/v1/logs?after=%d", after)
		plain := g.get(200, url)
		packed := g.get(200, url, header("Accept-Encoding", "gzip"))
		if after == 200 {
			require.Empty(t, packed.header.Get("Content-Encoding"), "the last page isn't full")
			continue
		}
		z, err := gzip.NewReader(strings.NewReader(packed.body))
		require.NoError(t, err)
		text, err := io.ReadAll(z)
		require.NoError(t, err)
		assert.Equal(t, plain.body, string(text))
	}
}

func BenchmarkBenchPage(b *testing.B) {
	bench := NewBench(BenchOptions{Events: 1 << 30})
	rt := Transport(bench)
	for n := 0; b.Loop(); n += 1000 {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("http://sim/bench/v1/logs?after=%d", n), nil)
		require.NoError(b, err)
		res, err := rt.RoundTrip(req)
		require.NoError(b, err)
		b.SetBytes(res.ContentLength)
	}
}

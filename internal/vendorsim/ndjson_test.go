// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"compress/gzip"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNDJSONGoesOnByHeader(t *testing.T) {
	g := newRig(t, NDJSON, untidy())
	g.auth = header("Authorization", "Token sim-ndjson-token")
	var got []string
	query := "/ndjson/v1/events?limit=60&since=2025-12-01T00:00:00Z"
	for range 20 {
		for more := true; more; {
			a := g.get(200, query)
			require.Equal(t, "application/x-ndjson", a.header.Get("Content-Type"))
			for line := range strings.Lines(a.body) {
				got = append(got, strings.TrimSuffix(line, "\n"))
			}
			query = "/ndjson/v1/events?limit=60&cursor=" + url.QueryEscape(a.header.Get("X-Next-Cursor"))
			more = a.header.Get("X-Has-More") == "true"
		}
		g.clock.add(7 * time.Second)
	}
	g.clock.add(-7 * time.Second)
	assert.Positive(t, g.all(got))
	g.get(410, "/ndjson/v1/events?cursor=x")
	g.get(400, "/ndjson/v1/events?limit=1001")
}

func TestNDJSONIsCompressedForWhoAccepts(t *testing.T) {
	g := newRig(t, NDJSON, LogConfig{Backlog: 10})
	g.auth = header("Authorization", "Token sim-ndjson-token")
	plain := g.get(200, "/ndjson/v1/events")
	packed := g.get(200, "/ndjson/v1/events", header("Accept-Encoding", "gzip"))
	require.Equal(t, "gzip", packed.header.Get("Content-Encoding"))
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, plain.body, string(text))
}

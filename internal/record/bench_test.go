// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/page"
)

// decoded is a page of 1,000 events of about 2.2 kB.
func decoded(t testing.TB, s Settings) page.Page {
	t.Helper()
	var body strings.Builder
	for i := range 1000 {
		sep := ","
		if i == 0 {
			sep = "["
		}
		fmt.Fprintf(&body, `%s{"uuid":"3aeede38-4f67-11ea-abd3-%012d","published":"2026-01-01T00:00:00.%03dZ","type":"user.login","text":"User login","level":"INFO",`+
			`"actor":{"email":"ada@example.com"},"port":443,"rest":"%s"}`, sep, i, i, strings.Repeat("x", 2000))
	}
	d, err := page.NewDecoder(page.Settings{Fields: s.Fields()})
	require.NoError(t, err)
	p, err := d.Decode(body.String() + "]")
	require.NoError(t, err)
	return p
}

func TestAPageIsOneAllocation(t *testing.T) {
	p := decoded(t, usual())
	b, err := NewBuilder(usual())
	require.NoError(t, err)
	assert.LessOrEqual(t, testing.AllocsPerRun(20, func() { b.Build(p, now) }), 1.0)
}

func benchmarkBuild(b *testing.B, s Settings) {
	p := decoded(b, usual())
	builder, err := NewBuilder(s)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		builder.Build(p, now)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
}

func BenchmarkBuild(b *testing.B) { benchmarkBuild(b, usual()) }

func BenchmarkBuildWithFormat(b *testing.B) {
	s := usual()
	s.TimeFormat = "rfc3339_ms"
	benchmarkBuild(b, s)
}

func BenchmarkBuildHashed(b *testing.B) {
	s := usual()
	s.IDAndHash = true
	benchmarkBuild(b, s)
}

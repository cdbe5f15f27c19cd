// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sameAsReference holds one body against the reference decoder. A body that is
// wrong in two ways may fail for either reason.
func sameAsReference(t *testing.T, s Settings, body string) {
	t.Helper()
	d, err := NewDecoder(s)
	if err != nil {
		return
	}
	want, wantErr := reference(s, body)
	got, err := d.Decode(body)
	if wantErr != nil {
		require.Error(t, err, "%#v %q", s, body)
		assert.Empty(t, got.Records)
		if errors.Is(wantErr, ErrNoRecords) || errors.Is(wantErr, ErrNotArray) || errors.Is(wantErr, ErrEmptyBody) {
			require.ErrorIs(t, err, wantErr, "%#v %q", s, body)
		}
		return
	}
	require.NoError(t, err, "%#v %q", s, body)
	require.Equal(t, want, got, "%#v %q", s, body)
}

// FuzzDecodeAcceptsWhatJSONAccepts gives any bytes and any paths to both decoders.
func FuzzDecodeAcceptsWhatJSONAccepts(f *testing.F) {
	for _, body := range append(vendorPages(), oddBodies()...) {
		f.Add(body, "events", "id", "next")
		f.Add(body, "", "actor.id", "0.actor")
	}
	f.Add(`{"a":{"b":[{"c":[1,{"d":null}]}]},"a":{"b":5}}`, "a.b", "c.1.d", "a.b.0.c")
	f.Add(`{"a.b":[{"*":1,"c":"[{"}]}`, `a\.b`, `\*`, "a*.0")
	f.Fuzz(func(t *testing.T, body, records, field, envelope string) {
		paths := [][]string{{field}, {field, envelope}, {envelope, field, records}}
		sameAsReference(t, Settings{Records: []string{records}, Fields: paths, Envelope: paths, MaxDepth: 8}, body)
		sameAsReference(t, Settings{Records: []string{records, envelope, field}, Fields: paths, Envelope: paths, MaxRecords: 3}, body)
		sameAsReference(t, Settings{Format: NDJSON, Fields: paths}, body)
	})
}

// randomJSON writes a value whose keys are few, so that paths hit and keys repeat.
func randomJSON(r *rand.Rand, out *strings.Builder, depth int) {
	space := func() {
		if r.IntN(8) == 0 {
			out.WriteString([]string{" ", "\n", "\t", "\r\n  "}[r.IntN(4)])
		}
	}
	space()
	defer space()
	kind := r.IntN(10)
	if depth == 0 {
		kind = r.IntN(6)
	}
	switch kind {
	case 0:
		out.WriteString("null")
	case 1:
		out.WriteString([]string{"true", "false"}[r.IntN(2)])
	case 2:
		out.WriteString([]string{"0", "-1", "12345678901234567890", "1.50", "-0.0e+7", "3E2"}[r.IntN(6)])
	case 3, 4, 5:
		out.WriteString([]string{
			`""`, `"x"`, `"a\"b"`, `"[{\\"`, `"é😀"`, `"\u00e9\ud83d\ude00\ud800"`,
			`"a string that is longer than eight bytes, with a \\ and a }"`,
		}[r.IntN(7)])
	case 6, 7:
		out.WriteByte('[')
		for i := range r.IntN(4) {
			if i > 0 {
				out.WriteByte(',')
			}
			randomJSON(r, out, depth-1)
		}
		space()
		out.WriteByte(']')
	default:
		out.WriteByte('{')
		for i := range r.IntN(5) {
			if i > 0 {
				out.WriteByte(',')
			}
			space()
			out.WriteString([]string{`"a"`, `"b"`, `"a.b"`, `"0"`, `"1"`, `"\u0061"`, `"a long key of more than eight bytes"`}[r.IntN(7)])
			space()
			out.WriteByte(':')
			randomJSON(r, out, depth-1)
		}
		space()
		out.WriteByte('}')
	}
}

func randomPath(r *rand.Rand) string {
	parts := make([]string, 1+r.IntN(3))
	for i := range parts {
		parts[i] = []string{"a", "b", `a\.b`, "0", "1", "a long key of more than eight bytes", "#", "a*", "@this", "@reverse", "01", `\0`}[r.IntN(12)]
	}
	return strings.Join(parts, ".")
}

func TestPicksEqualThoseOfGJSON(t *testing.T) {
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 0))
		var body strings.Builder
		randomJSON(r, &body, 5)
		candidates := func(n int) []string {
			paths := make([]string, n)
			for i := range paths {
				paths[i] = randomPath(r)
			}
			return paths
		}
		s := Settings{
			Records:         candidates(1 + r.IntN(3)),
			RecordsOptional: r.IntN(2) == 0,
			Fields:          [][]string{candidates(1), candidates(1), candidates(3)},
			Envelope:        [][]string{candidates(2), candidates(1)},
		}
		if r.IntN(2) == 0 {
			s.Records = nil
		}
		sameAsReference(t, s, body.String())
		if t.Failed() {
			t.Fatal("seed " + strconv.FormatUint(seed, 10))
		}
	}
}

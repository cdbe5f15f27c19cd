// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sampleChunk() Chunk {
	return chunksOf([]item{{hour: -3, hash: 9}, {hour: 500_000, hash: 1 << 63}, {hour: 500_000, hash: 0}, {hour: 500_001, hash: 7}, {hour: -3, hash: 9}}, 42)[0]
}

func TestAChunkSurvivesItsBinaryForm(t *testing.T) {
	data, err := sampleChunk().MarshalBinary()
	require.NoError(t, err)
	var c Chunk
	require.NoError(t, c.UnmarshalBinary(data))
	assert.Equal(t, sampleChunk(), c)
	assert.Equal(t, Meta{ID: 42, Count: 4, MinHour: -3, MaxHour: 500_001}, c.Meta())
}

func TestEveryDamageIsNoticed(t *testing.T) {
	data, err := sampleChunk().MarshalBinary()
	require.NoError(t, err)
	var c Chunk
	for i := range data {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1 << bit
			require.ErrorIs(t, c.UnmarshalBinary(damaged), ErrChunk)
		}
		require.ErrorIs(t, c.UnmarshalBinary(data[:i]), ErrChunk)
	}
	require.ErrorIs(t, c.UnmarshalBinary(append(data, 0)), ErrChunk)
	assert.Equal(t, Chunk{}, c, "a refused chunk leaves no trace")
}

func TestOnlyOneByteSequenceStandsForAChunk(t *testing.T) {
	hash := func(h byte) []byte { return []byte{h, 0, 0, 0, 0, 0, 0, 0} }
	hours := func(groups ...[]byte) []byte { return bytes.Join(groups, nil) }
	for name, body := range map[string][]byte{
		"a number in a longer form":  {0x80, 0x00, 0},
		"an hour without uids":       {1, 1, 4, 0},
		"an hour twice":              hours([]byte{1, 2, 4, 1}, hash(1), []byte{0, 1}, hash(2)),
		"a uid twice":                hours([]byte{1, 1, 4, 2}, hash(1), hash(1)),
		"uids that descend":          hours([]byte{1, 1, 4, 2}, hash(2), hash(1)),
		"more hours than there are":  hours([]byte{1, 3, 4, 1}, hash(1), []byte{1, 1}, hash(2)),
		"fewer hours than there are": hours([]byte{1, 1, 4, 1}, hash(1), []byte{1, 1}, hash(2)),
		"more uids than there are":   hours([]byte{1, 1, 4, 200}, hash(1)),
		"an endless number":          bytes.Repeat([]byte{0xff}, 20),
		"no numbers":                 {},
	} {
		t.Run(name, func(t *testing.T) {
			var c Chunk
			require.ErrorIs(t, c.UnmarshalBinary(sealed(body)), ErrChunk)
		})
	}
	var c Chunk
	require.NoError(t, c.UnmarshalBinary(sealed(hours([]byte{1, 2, 4, 1}, hash(1), []byte{1, 1}, hash(2)))))
}

// sealed puts the start before and the checksum behind.
func sealed(body []byte) []byte {
	data := append([]byte(magic), body...)
	return binary.LittleEndian.AppendUint32(data, checksum(data))
}

func TestLargeAmountsAreSplitEqually(t *testing.T) {
	var items []item
	for i := range 100_000 {
		items = append(items, item{hour: int64(i % 72), hash: uint64(i) * 0x9e3779b97f4a7c15})
	}
	chunks := chunksOf(items, 7)
	require.Len(t, chunks, 4)
	sum := 0
	for i, c := range chunks {
		data, err := c.MarshalBinary()
		require.NoError(t, err)
		assert.LessOrEqual(t, len(data), MaxChunkBytes)
		assert.Equal(t, uint64(7+i), c.ID)
		assert.GreaterOrEqual(t, c.Meta().Count, fullChunk)
		sum += c.Meta().Count
	}
	assert.Equal(t, 100_000, sum)
}

// What is accepted is written again as the same bytes, whatever the checksum says about it.
func FuzzChunkUnmarshal(f *testing.F) {
	for _, c := range []Chunk{{}, {ID: 1 << 63}, sampleChunk(), chunksOf([]item{{1, 2}, {1 << 40, 3}}, 1)[0]} {
		data, err := c.MarshalBinary()
		require.NoError(f, err)
		f.Add(data[len(magic) : len(data)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		data := sealed(body)
		var c Chunk
		if err := c.UnmarshalBinary(data); err != nil {
			require.ErrorIs(t, err, ErrChunk)
		} else {
			again, err := c.MarshalBinary()
			require.NoError(t, err)
			require.Equal(t, data, again)
		}
		require.Error(t, c.UnmarshalBinary(body))
	})
}

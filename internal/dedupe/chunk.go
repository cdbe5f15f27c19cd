// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"cmp"
	"slices"
)

// Limits of a chunk.
const (
	MaxChunkBytes = 256 << 10 // of its binary form; one of many thousand hours may exceed it, up to twice
	fullChunk     = 8192      // uids; chunks of that many are not merged any more
)

// item is one uid with its hour.
type item struct {
	hour int64
	hash uint64
}

// group is the uids of one hour, ascending.
type group struct {
	hour   int64
	hashes []uint64
}

// Chunk is a part of a set as it is stored: immutable, small, known by its id. A set is the union of its chunks.
type Chunk struct {
	ID     uint64
	groups []group // by hour
}

// Meta describes a stored chunk.
type Meta struct {
	ID      uint64 `json:"id"`
	Count   int    `json:"n"`
	MinHour int64  `json:"min"`
	MaxHour int64  `json:"max"`
}

// Meta describes the chunk. An empty chunk has the hours 0.
func (c Chunk) Meta() Meta {
	m := Meta{ID: c.ID}
	if len(c.groups) > 0 {
		m.MinHour, m.MaxHour = c.groups[0].hour, c.groups[len(c.groups)-1].hour
	}
	for _, g := range c.groups {
		m.Count += len(g.hashes)
	}
	return m
}

// items appends the chunk's uids to dst.
func (c Chunk) items(dst []item) []item {
	for _, g := range c.groups {
		for _, h := range g.hashes {
			dst = append(dst, item{hour: g.hour, hash: h})
		}
	}
	return dst
}

// chunksOf packs items into as few chunks as fit the size limit, equally large, with ids from the given one on. It sorts the
// items; one that occurs twice is packed once.
func chunksOf(items []item, id uint64) []Chunk {
	slices.SortFunc(items, func(a, b item) int {
		if c := cmp.Compare(a.hour, b.hour); c != 0 {
			return c
		}
		return cmp.Compare(a.hash, b.hash)
	})
	items = slices.Compact(items)
	parts := (packedSize(items) + MaxChunkBytes - 1) / MaxChunkBytes
	var chunks []Chunk
	for i := range parts {
		part := items[len(items)*i/parts : len(items)*(i+1)/parts]
		chunks = append(chunks, Chunk{ID: id, groups: grouped(part)})
		id++
	}
	return chunks
}

// packedSize is about the size of the binary form, never less than one for an item.
func packedSize(items []item) int {
	const header, perHour, perUID = 24, 5, 8
	size := 0
	for i := range items {
		if i == 0 || items[i].hour != items[i-1].hour {
			size += perHour
		}
		size += perUID
	}
	if size == 0 {
		return 0
	}
	return size + header
}

func grouped(items []item) []group {
	hashes := make([]uint64, 0, len(items))
	var groups []group
	for i, it := range items {
		hashes = append(hashes, it.hash)
		if i+1 < len(items) && items[i+1].hour == it.hour {
			continue
		}
		groups = append(groups, group{hour: it.hour, hashes: hashes[:len(hashes):len(hashes)]})
		hashes = hashes[len(hashes):]
	}
	return groups
}

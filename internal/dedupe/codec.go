// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// ErrChunk says that bytes are not a chunk: damaged, cut off, or of another version.
var ErrChunk = errors.New("not a chunk of delivered uids")

// magic starts every chunk; its last byte is the version.
const magic = "rsn\x01"

// The binary form, all numbers unsigned varints unless said otherwise:
//
//	magic, id, number of groups
//	per group: hour (the first a signed varint, then the distance to the hour before), number of uids,
//	           then each hash as 8 bytes, little endian, ascending
//	CRC-32C of everything before, 4 bytes, little endian
//
// Hashes are stored whole: delta coding would save an eighth and cost a pass. Only one byte sequence stands for a chunk.

// MarshalBinary writes the chunk. It does not fail.
func (c Chunk) MarshalBinary() ([]byte, error) {
	m := c.Meta()
	b := make([]byte, 0, 8*m.Count+16*len(c.groups)+32)
	b = append(b, magic...)
	b = binary.AppendUvarint(b, c.ID)
	b = binary.AppendUvarint(b, uint64(len(c.groups)))
	for i, g := range c.groups {
		if i == 0 {
			b = binary.AppendVarint(b, g.hour)
		} else {
			b = binary.AppendUvarint(b, uint64(g.hour)-uint64(c.groups[i-1].hour))
		}
		b = binary.AppendUvarint(b, uint64(len(g.hashes)))
		for _, h := range g.hashes {
			b = binary.LittleEndian.AppendUint64(b, h)
		}
	}
	return binary.LittleEndian.AppendUint32(b, checksum(b)), nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// UnmarshalBinary reads what MarshalBinary wrote and refuses everything else with ErrChunk. It keeps no part of data, and
// needs no more memory than a few times its length.
func (c *Chunk) UnmarshalBinary(data []byte) error {
	if len(data) < len(magic)+4 || string(data[:len(magic)]) != magic {
		return fmt.Errorf("%w: unknown start", ErrChunk)
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if checksum(body) != sum {
		return fmt.Errorf("%w: wrong checksum", ErrChunk)
	}
	r := reader{rest: body[len(magic):]}
	id, n := r.uvarint(), r.uvarint()
	if n > uint64(len(r.rest)) {
		return fmt.Errorf("%w: wrong number of hours", ErrChunk)
	}
	groups := make([]group, 0, min(n, uint64(len(r.rest)/10+1))) // a group has 10 bytes at least
	hour := int64(0)
	for i := range n {
		if i == 0 {
			hour = r.varint()
		} else {
			hour = r.after(hour)
		}
		groups = append(groups, group{hour: hour, hashes: r.hashes()})
		if r.bad {
			break
		}
	}
	if r.bad || len(r.rest) > 0 {
		return fmt.Errorf("%w: wrong layout", ErrChunk)
	}
	*c = Chunk{ID: id, groups: groups}
	return nil
}

// reader takes numbers off the front. After a mistake bad is set and everything it returns is zero.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	return advance(r, v, n, len(binary.AppendUvarint(make([]byte, 0, binary.MaxVarintLen64), v)))
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	return advance(r, v, n, len(binary.AppendVarint(make([]byte, 0, binary.MaxVarintLen64), v)))
}

// advance accepts the shortest form of a number only.
func advance[T uint64 | int64](r *reader, v T, length, shortest int) T {
	if r.bad || length != shortest {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[length:]
	return v
}

// after reads the distance to a later hour.
func (r *reader) after(hour int64) int64 {
	next := int64(uint64(hour) + r.uvarint())
	if next <= hour {
		r.bad = true
		return 0
	}
	return next
}

// hashes reads one group's, at least one.
func (r *reader) hashes() []uint64 {
	n := r.uvarint()
	if n == 0 || n > uint64(len(r.rest)/8) {
		r.bad = true
		return nil
	}
	hashes := make([]uint64, n)
	for i := range hashes {
		hashes[i] = binary.LittleEndian.Uint64(r.rest)
		r.rest = r.rest[8:]
		if i > 0 && hashes[i] <= hashes[i-1] {
			r.bad = true
			return nil
		}
	}
	return hashes
}

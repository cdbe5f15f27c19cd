// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// errCursor says that a cursor is not one of ours, or is too old.
var errCursor = errors.New("invalid or expired cursor")

// cursor is what an opaque pagination token stands for. All state is in the token: the simulator can be restarted, and
// a token costs no memory. Vendors use the fields that they need.
type cursor struct {
	issued time.Time // for vendors whose cursors expire
	mode   int64     // vendor's own meaning, such as the sort order
	pos    int64     // position in the arrival order, or index of the last event served, or an offset
	from   time.Time // the window that the walk began with
	to     time.Time
	limit  int64
	turn   int64 // makes tokens differ that stand for the same place
}

// numbers lists the fields in the order in which they are encoded.
func (c cursor) numbers() []int64 {
	return []int64{nanos(c.issued), c.mode, c.pos, nanos(c.from), nanos(c.to), c.limit, c.turn}
}

// nanos is t in unix ns, 0 for the zero time.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// encode makes the token; key binds it to one vendor of one simulator. Equal cursors make equal tokens.
func (c cursor) encode(key uint64) string {
	var raw []byte
	for _, n := range c.numbers() {
		raw = binary.AppendVarint(raw, n)
	}
	raw = binary.BigEndian.AppendUint32(raw, seal(key, raw))
	return base64.URLEncoding.EncodeToString(raw)
}

// decodeCursor is the opposite of encode.
func decodeCursor(token string, key uint64) (cursor, error) {
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil || len(raw) < 4 {
		return cursor{}, errCursor
	}
	raw, sum := raw[:len(raw)-4], binary.BigEndian.Uint32(raw[len(raw)-4:])
	if sum != seal(key, raw) {
		return cursor{}, errCursor
	}
	var n [7]int64
	for k := range n {
		v, size := binary.Varint(raw)
		if size <= 0 {
			return cursor{}, errCursor
		}
		n[k], raw = v, raw[size:]
	}
	if len(raw) != 0 {
		return cursor{}, errCursor
	}
	return cursor{
		issued: fromNanos(n[0]), mode: n[1], pos: n[2],
		from: fromNanos(n[3]), to: fromNanos(n[4]), limit: n[5], turn: n[6],
	}, nil
}

// seal is the checksum of a token. It is no cryptography: it finds tokens that a client made up or mangled.
func seal(key uint64, raw []byte) uint32 {
	return uint32(mix(key, hashText(string(raw)))) // the low half is meant
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package dedupe

import (
	"encoding/binary"

	"github.com/dchest/siphash"
)

// Key is the secret of the uid hash. It is made at random once per checkpoint and kept there: with an unkeyed hash whoever
// can choose event ids could craft two with one hash, and so make an event disappear. It must not be logged.
type Key [16]byte

// Hash is SipHash-2-4 of the uid. Among n remembered uids a new one is taken for a known one with probability n / 2^64.
func (k Key) Hash(uid string) uint64 {
	const onStack = 128 // a copy on the stack: converting the string would allocate
	var buf [onStack]byte
	bytes := buf[:]
	if len(uid) <= onStack {
		bytes = bytes[:copy(bytes, uid)]
	} else {
		bytes = []byte(uid)
	}
	return siphash.Hash(binary.LittleEndian.Uint64(k[:8]), binary.LittleEndian.Uint64(k[8:]), bytes)
}

// check is a value that tells keys apart and says nothing about them.
func (k Key) check() uint64 { return k.Hash("restaudit dedupe key check") }

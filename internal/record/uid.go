// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package record

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
	"unicode/utf8"

	"github.com/restaudit/otelcol-audit/internal/page"
)

// MaxID is the longest id of a vendor that is taken as it is, in bytes.
const MaxID = 1024

// identify gives the record its uid; valid = its bytes are UTF-8. Two different events must not get one uid, for the second would be taken for a repeat and be lost;
// the other way round an event is only delivered twice. So when in doubt the content decides.
func (b *Builder) identify(r *Record, id page.Value, valid bool, h *hasher) {
	uid, ok := identity(id, valid)
	switch {
	case !ok:
		r.UID = h.uid("", r.Raw)
		r.Flags |= HashUID
	case b.settings.IDAndHash:
		r.UID = h.uid(uid+"/", r.Raw)
	default:
		r.UID = uid
	}
}

// identity is a vendor's id as text, and whether it can tell events apart. Numbers keep their digits. Not taken are: flags
// and structures, which the id path leads to by mistake; texts with U+FFFD, which stands for whatever was there before (a
// lone surrogate, bytes in another encoding); and texts that are too long to be ids.
func identity(v page.Value, valid bool) (id string, ok bool) {
	if v.Kind != page.String && v.Kind != page.Number {
		return "", false
	}
	id = v.Text()
	if id == "" || len(id) > MaxID || strings.Contains(id, "\ufffd") || !valid && !utf8.ValidString(id) {
		return "", false
	}
	return id, true
}

// hasher makes content hashes. It takes memory at the first one only, and then again and again the same.
type hasher struct {
	digest hash.Hash
	block  []byte
}

const (
	hashPrefix = "sha256:"
	hashBytes  = 16 // of the digest; 2^64 events until two are likely to share a uid
)

// uid is prefix, "sha256:" and the first bytes of the content's SHA-256 in hex.
func (h *hasher) uid(prefix, content string) string {
	if h.digest == nil {
		h.digest, h.block = sha256.New(), make([]byte, 1024)
	}
	h.digest.Reset()
	for len(content) > 0 {
		n := copy(h.block, content)
		h.digest.Write(h.block[:n]) // a hash doesn't fail (hash.Hash)
		content = content[n:]
	}
	sum := h.digest.Sum(h.block[:0])
	var digits [2 * hashBytes]byte
	hex.Encode(digits[:], sum[:hashBytes])
	return prefix + hashPrefix + string(digits[:])
}

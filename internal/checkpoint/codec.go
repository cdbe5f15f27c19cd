// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrCorrupt says that stored bytes are not a state that was written whole.
var ErrCorrupt = errors.New("checkpoint is corrupt")

// ErrNewer says that a newer version wrote the state, in a form that this
// version must not guess at.
var ErrNewer = errors.New("checkpoint was written by a newer version")

const (
	sumOpen  = `,"sha256":"`
	sumClose = `"}`
	sumLen   = len(sumOpen) + sha256.Size*2 + len(sumClose)
)

// Encode writes s down. The last member of the JSON object is the SHA-256 of
// all bytes before it.
func Encode(s *State) ([]byte, error) {
	s.Schema, s.MinReader = Schema, MinReader
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: encode: %w", err)
	}
	body = body[:len(body)-1] // without the closing brace
	sum := sha256.Sum256(body)
	body = append(body, sumOpen...)
	body = hex.AppendEncode(body, sum[:])
	return append(body, sumClose...), nil
}

// Decode reads a state back. Any change of any byte gives ErrCorrupt.
func Decode(data []byte) (*State, error) {
	cut := len(data) - sumLen
	if cut < 1 || !bytes.HasPrefix(data[cut:], []byte(sumOpen)) || !bytes.HasSuffix(data, []byte(sumClose)) {
		return nil, fmt.Errorf("%w: no checksum at its end (%d bytes)", ErrCorrupt, len(data))
	}
	sum := sha256.Sum256(data[:cut])
	if want := data[cut+len(sumOpen) : len(data)-len(sumClose)]; hex.EncodeToString(sum[:]) != string(want) {
		return nil, fmt.Errorf("%w: the checksum does not match", ErrCorrupt)
	}
	var s State
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if s.MinReader > Schema {
		return nil, fmt.Errorf("%w: it needs a reader of schema %d, this is %d", ErrNewer, s.MinReader, Schema)
	}
	return &s, nil
}

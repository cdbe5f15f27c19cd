// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Decode reads a document back. A change of any byte, or a missing one, gives
// ErrCorrupt; a document that needs newer code gives ErrNewer.
func Decode(text []byte) (*Document, error) {
	if err := verify(text); err != nil {
		return nil, err
	}
	var wire struct {
		head
		Data map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(text, &wire); err != nil {
		// The checksum fits, so these are the bytes that were written. The text of
		// the error could quote them; its kind is enough.
		return nil, fmt.Errorf("%w: its checksum is right but it is not a JSON object of this form", ErrCorrupt)
	}
	if wire.MinReader > Schema {
		return nil, fmt.Errorf("%w: it needs a reader of schema %d, this one reads up to %d", ErrNewer, wire.MinReader, Schema)
	}
	if wire.Schema < 1 || wire.MinReader < 1 || wire.Data == nil || wire.Nonce == "" || wire.Writer.ID == "" {
		return nil, fmt.Errorf("%w: its checksum is right but members are missing", ErrCorrupt)
	}
	d := &Document{
		MinReader: wire.MinReader, Nonce: wire.Nonce, Component: wire.Component, StorageName: wire.StorageName,
		Epoch: wire.Epoch, Generation: wire.Generation, Writer: wire.Writer, UpdatedAt: wire.UpdatedAt, Lease: wire.Lease,
		Data: make(map[string]Value, len(wire.Data)),
	}
	for name, raw := range wire.Data {
		key, err := decodeKey(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		value, err := decodeValue(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		d.Data[key] = value
	}
	return d, nil
}

// verify checks the closing line and the checksum in it.
func verify(text []byte) error {
	if len(text) == 0 {
		return fmt.Errorf("%w: the object is empty", ErrCorrupt)
	}
	body, ok := bytes.CutSuffix(text, []byte(tailClose))
	if !ok || len(body) < digits+len(tailOpen) {
		return fmt.Errorf("%w: it does not end with a checksum (%d bytes)", ErrCorrupt, len(text))
	}
	body, want := body[:len(body)-digits], body[len(body)-digits:]
	if !bytes.HasSuffix(body, []byte(tailOpen)) {
		return fmt.Errorf("%w: it does not end with a checksum (%d bytes)", ErrCorrupt, len(text))
	}
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != string(want) {
		return fmt.Errorf("%w: the checksum does not match (%d bytes)", ErrCorrupt, len(text))
	}
	return nil
}

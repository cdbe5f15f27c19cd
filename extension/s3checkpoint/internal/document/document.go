// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Schema is the version of the form that this code writes. MinReader is the
// oldest Schema whose code can read it.
const (
	Schema    = 1
	MinReader = 1
)

var (
	// ErrCorrupt says that the bytes are not a checkpoint that was written whole.
	ErrCorrupt = errors.New("checkpoint is corrupt")
	// ErrNewer says that newer code wrote the checkpoint in a form that this code
	// must not guess at. It is not corrupt.
	ErrNewer = errors.New("checkpoint was written by a newer version")
)

// Writer is who wrote an object.
type Writer struct {
	// ID is unique for each client of each process.
	ID      string `json:"id"`
	Host    string `json:"host"`
	Version string `json:"version"`
}

// Lease says that the writer promises to write again within TTL, or that it
// gave the object up.
type Lease struct {
	// TTL as time.Duration writes it; empty when released.
	TTL      string `json:"ttl,omitempty"`
	Released bool   `json:"released,omitempty"`
}

// Document is one version of one checkpoint object.
type Document struct {
	MinReader   int
	Nonce       string // unique for each attempt to write, so that equal data gives another ETag
	Component   string // kind/type/name, such as receiver/restaudit/okta
	StorageName string
	Epoch       uint64 // rises with each holder
	Generation  uint64 // rises with each write
	Writer      Writer
	UpdatedAt   time.Time // for people only; nothing is decided by it
	Lease       *Lease
	Data        map[string]Value
}

// head is everything before the data, in the order in which it is written. The
// writer is early: what is left of a torn write should still tell whose it was.
type head struct {
	Schema      int       `json:"schema"`
	MinReader   int       `json:"min_reader"`
	Nonce       string    `json:"nonce"`
	Writer      Writer    `json:"writer"`
	Component   string    `json:"component"`
	StorageName string    `json:"storage_name,omitempty"`
	Epoch       uint64    `json:"epoch"`
	Generation  uint64    `json:"generation"`
	UpdatedAt   time.Time `json:"updated_at"`
	Lease       *Lease    `json:"lease,omitempty"`
}

const (
	tailOpen  = ",\n  \"sha256\": \""
	tailClose = "\"\n}\n"
	digits    = sha256.Size * 2
)

// Encode writes d in its canonical form: equal documents give equal bytes.
func (d *Document) Encode() ([]byte, error) {
	h := head{
		Schema: Schema, MinReader: MinReader, Nonce: d.Nonce, Component: d.Component, StorageName: d.StorageName,
		Epoch: d.Epoch, Generation: d.Generation, Writer: d.Writer, UpdatedAt: d.UpdatedAt, Lease: d.Lease,
	}
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode checkpoint: %w", err)
	}
	out := bytes.NewBuffer(bytes.TrimSuffix(text, []byte("\n}")))
	out.WriteString(",\n  \"data\": {")
	for i, key := range slices.Sorted(maps.Keys(d.Data)) {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(encodeKey(key))
		if err != nil {
			return nil, fmt.Errorf("encode checkpoint: key: %w", err)
		}
		out.WriteString("\n    ")
		out.Write(name)
		out.WriteString(": ")
		if err := d.Data[key].encode(out); err != nil {
			return nil, fmt.Errorf("encode checkpoint: value: %w", err)
		}
	}
	out.WriteString("\n  }")
	return seal(out.Bytes()), nil
}

// seal closes body with its checksum.
func seal(body []byte) []byte {
	body = append(body, tailOpen...)
	sum := sha256.Sum256(body)
	body = hex.AppendEncode(body, sum[:])
	return append(body, tailClose...)
}

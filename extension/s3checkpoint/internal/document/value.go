// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// MaxDepth is how deep a JSON value may nest to be shown as JSON. Deeper ones
// are kept as base64: common readers give up at 256.
const MaxDepth = 64

// Blob refers to bytes that lie in an object of their own, written once and
// never changed.
type Blob struct {
	Name   string `json:"name"`   // below the checkpoint's ".d/"
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // of the bytes, 64 hex digits
}

// Value is what is stored under one key: bytes, or a reference to them. The
// zero Value is nil bytes, which is not the same as empty bytes.
type Value struct {
	Bytes []byte
	Blob  *Blob
}

// The forms that stand for something else than themselves. A JSON value that
// happens to begin like one of them is wrapped.
const (
	formB64  = `{"b64":`
	formJSON = `{"json":`
	formBlob = `{"object":`
)

// IsJSON tells whether Encode shows the bytes as JSON.
func IsJSON(b []byte) bool {
	return len(b) > 0 && utf8.Valid(b) && shallow(b) && json.Valid(b)
}

// shallow tells whether brackets nest at most MaxDepth deep. It may only be
// wrong about text that is not JSON.
func shallow(b []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// plain tells whether JSON bytes can stand in the document as they are and be
// found again exactly.
func plain(b []byte) bool {
	return len(b) == len(bytes.TrimSpace(b)) &&
		!bytes.HasPrefix(b, []byte(formB64)) && !bytes.HasPrefix(b, []byte(formJSON)) && !bytes.HasPrefix(b, []byte(formBlob))
}

func (v Value) encode(out *bytes.Buffer) error {
	switch {
	case v.Blob != nil:
		ref, err := json.Marshal(v.Blob)
		if err != nil {
			return err
		}
		out.WriteString(formBlob)
		out.Write(ref)
	case v.Bytes == nil:
		out.WriteString(formB64 + "null")
	case !IsJSON(v.Bytes):
		out.WriteString(formB64)
		writeBase64(out, v.Bytes)
	case plain(v.Bytes):
		out.Write(v.Bytes)
		return nil
	default:
		out.WriteString(formJSON)
		out.Write(bytes.TrimSpace(v.Bytes))
		out.WriteString(`,"raw_b64":`)
		writeBase64(out, v.Bytes)
	}
	out.WriteByte('}')
	return nil
}

func writeBase64(out *bytes.Buffer, b []byte) {
	out.WriteByte('"')
	out.WriteString(base64.StdEncoding.EncodeToString(b))
	out.WriteByte('"')
}

func decodeValue(raw json.RawMessage) (Value, error) {
	switch {
	case bytes.HasPrefix(raw, []byte(formB64)):
		var w struct {
			B64 *string `json:"b64"`
		}
		if err := json.Unmarshal(raw, &w); err != nil {
			return Value{}, errors.New("a value is not {\"b64\": TEXT}")
		}
		return decodeBase64(w.B64)
	case bytes.HasPrefix(raw, []byte(formJSON)):
		var w struct {
			Raw *string `json:"raw_b64"`
		}
		if err := json.Unmarshal(raw, &w); err != nil || w.Raw == nil {
			return Value{}, errors.New("a value is not {\"json\": ..., \"raw_b64\": TEXT}")
		}
		return decodeBase64(w.Raw)
	case bytes.HasPrefix(raw, []byte(formBlob)):
		var w struct {
			Object *Blob `json:"object"`
		}
		if err := json.Unmarshal(raw, &w); err != nil || w.Object == nil || w.Object.Size < 0 {
			return Value{}, errors.New("a value is not {\"object\": REFERENCE}")
		}
		return Value{Blob: w.Object}, nil
	}
	return Value{Bytes: bytes.Clone(raw)}, nil
}

func decodeBase64(text *string) (Value, error) {
	if text == nil {
		return Value{}, nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(*text)
	if err != nil {
		return Value{}, errors.New("a value is not base64")
	}
	return Value{Bytes: append([]byte{}, b...)}, nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"

	"go.opentelemetry.io/collector/component"
)

// maxKey leaves room below S3's 1,024 bytes for the suffixes of a key.
const maxKey = 900

// componentName is how a checkpoint calls its component: kind/type/name.
func componentName(kind component.Kind, id component.ID) string {
	return strings.ToLower(kind.String()) + "/" + id.String()
}

// objectKey is the key of a component client:
//
//	PREFIX/INSTANCE/KIND_TYPE_NAME_STORAGENAME.json
//
// Two components whose names differ only in underscores can get the same key.
// The object says whose it is, so that this ends in an error, not in sharing.
func (l location) objectKey(kind component.Kind, id component.ID, storageName string) string {
	name := strings.ToLower(kind.String()) + "_" + escape(id.Type().String())
	for _, part := range []string{id.Name(), storageName} {
		if part != "" {
			name += "_" + escape(part)
		}
	}
	key := l.folder()
	if len(key)+len(name) > maxKey {
		sum := sha256.Sum256([]byte(name))
		name = name[:maxKey-len(key)-65] + "~" + hex.EncodeToString(sum[:])
	}
	return key + name + ".json"
}

// folder is what every key begins with.
func (l location) folder() string {
	folder := ""
	for _, part := range []string{l.prefix, l.instance} {
		if part != "" {
			folder += part + "/"
		}
	}
	return folder
}

// escape writes every character but letters, digits, underscore, point and
// hyphen as ~XXXX, its UTF-16 code.
func escape(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '.', r == '-':
			out.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, "~%04X", unit)
			}
		}
	}
	return out.String()
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// reseal replaces text in an encoded state and gives it a fitting checksum.
func reseal(t *testing.T, data []byte, old, replacement string) []byte {
	t.Helper()
	body := strings.Replace(string(data[:len(data)-sumLen]), old, replacement, 1)
	sum := sha256.Sum256([]byte(body))
	return []byte(body + sumOpen + hex.EncodeToString(sum[:]) + sumClose)
}

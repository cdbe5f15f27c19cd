// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf8"
)

// keyPrefix marks a key that JSON can't carry as it is.
const keyPrefix = "b64:"

func encodeKey(key string) string {
	if utf8.ValidString(key) && !strings.HasPrefix(key, keyPrefix) {
		return key
	}
	return keyPrefix + base64.StdEncoding.EncodeToString([]byte(key))
}

func decodeKey(name string) (string, error) {
	text, ok := strings.CutPrefix(name, keyPrefix)
	if !ok {
		return name, nil
	}
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", errors.New("a key is not base64")
	}
	return string(key), nil
}

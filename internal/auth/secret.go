// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/config/configopaque"
)

// secret is one secret text, from the configuration or from a file.
type secret struct {
	key   string // YAML key for errors
	value string
	file  *secretFile // nil for a value of the configuration
	// multiline is set for keys, which are never sent themselves.
	multiline bool
}

// newSecret names the key below `credentials`, without "_file".
func newSecret(key string, value configopaque.String, path string) *secret {
	s := &secret{key: "credentials::" + key, value: string(value)}
	if path != "" {
		s.key += "_file"
		s.file = &secretFile{path: path}
	}
	return s
}

// get returns the text as it is now.
func (s *secret) get() (string, error) {
	if s.file == nil {
		return s.value, s.check(s.value)
	}
	value, _, err := s.file.get(false)
	if err != nil {
		return "", refused(fmt.Errorf("`%s`: %w", s.key, err))
	}
	return value, s.check(value)
}

// reload reads a file again and tells whether the text is another one.
func (s *secret) reload() (changed bool, err error) {
	if s.file == nil {
		return false, nil
	}
	if _, changed, err = s.file.get(true); err != nil {
		return false, refused(fmt.Errorf("`%s`: %w", s.key, err))
	}
	return changed, nil
}

// check refuses what can't be sent. It never quotes the text.
func (s *secret) check(value string) error {
	if s.multiline {
		return nil
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return refused(fmt.Errorf("`%s`: has a line break or another control character in it", s.key))
		}
	}
	return nil
}

// texts returns the secret and, for a file, those that it held before: a
// request with the old one may still be under way.
func (s *secret) texts() []string {
	if s.file == nil {
		return []string{s.value}
	}
	return s.file.texts()
}

var errEmptyFile = errors.New("the file is empty")

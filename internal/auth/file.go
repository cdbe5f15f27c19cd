// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// maxSecretFile bounds a secret; keys in PEM form have a few kB.
	maxSecretFile = 64 << 10
	// reread is how old a reading may get when the file looks unchanged. A file
	// can be rewritten in place with the same size within one tick of its
	// modification time.
	reread = time.Second
	// settled is how long before the reading the last change must lie for stat to
	// prove anything: a later change within one tick of the clock that stamps
	// files would look the same, as inodes are used again too.
	settled = 100 * time.Millisecond
	// swaps is how often a file that is not there is looked for again. Kubernetes
	// swaps a link and then removes what it led to: who has read the link before
	// and opens the file after finds nothing.
	swaps = 10
)

// secretFile is a file that may be replaced at any time: by a rename, by a
// rewrite in place, or by Kubernetes, which swaps a symbolic link above it.
type secretFile struct {
	path string

	mu     sync.Mutex
	value  string
	info   os.FileInfo // of the file that value was read from
	readAt time.Time
	memory memory
}

// get returns the content without its trailing line breaks. force reads it even
// if it looks unchanged. changed compares with the reading before.
func (f *secretFile) get(force bool) (value string, changed bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !force && f.fresh() {
		return f.value, false, nil
	}
	text, info, err := readSecret(f.path)
	for range swaps {
		if !errors.Is(err, os.ErrNotExist) {
			break
		}
		text, info, err = readSecret(f.path)
	}
	if err != nil {
		return "", false, FileError(f.path, err)
	}
	if text == "" {
		// A writer that truncates first leaves it empty for a moment.
		if f.value != "" {
			return f.value, false, nil
		}
		return "", false, errEmptyFile
	}
	changed = text != f.value && f.info != nil
	f.value, f.info, f.readAt = text, info, time.Now()
	f.memory.add(text)
	return text, changed, nil
}

// fresh reports whether the value can be used as it is. Stat follows links, so
// a swapped link shows as another file.
func (f *secretFile) fresh() bool {
	if f.info == nil || time.Since(f.readAt) >= reread || f.readAt.Sub(f.info.ModTime()) < settled {
		return false
	}
	info, err := os.Stat(f.path)
	return err == nil && os.SameFile(info, f.info) && info.Size() == f.info.Size() && info.ModTime().Equal(f.info.ModTime())
}

func (f *secretFile) texts() []string { return f.memory.texts() }

// readSecret reads the file and takes its info from the open file, so that both
// belong together even if the path is replaced meanwhile.
func readSecret(path string) (string, os.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return "", nil, err
	}
	if len(b) > maxSecretFile {
		return "", nil, fmt.Errorf("the file is larger than %d bytes", maxSecretFile)
	}
	return strings.TrimRight(string(b), "\r\n"), info, nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// What is known here about the database of file_storage: where it lies, and
// whether it can be opened. A damaged one ends the process inside of bbolt, in
// goroutines of its own, where nobody can catch it.

// databaseFile is where file_storage keeps the checkpoint of a source; "" for
// another storage. It names the file as file_storage does.
func databaseFile(id component.ID, cfg component.Config, source component.ID, storageName string) string {
	dir, _ := section(cfg)["directory"].(string)
	if id.Type().String() != "file_storage" || dir == "" {
		return ""
	}
	raw := "receiver_" + source.Type().String() + "_" + source.Name()
	if storageName != "" {
		raw += "_" + storageName
	}
	var name strings.Builder
	for _, r := range raw {
		if r < 0x80 && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_", r) {
			name.WriteRune(r)
		} else {
			fmt.Fprintf(&name, "~%04X", r)
		}
	}
	if name.Len() > maxFileName {
		sum := sha256.Sum256([]byte(name.String()))
		return filepath.Join(dir, hex.EncodeToString(sum[:]))
	}
	return filepath.Join(dir, name.String())
}

// maxFileName is what file systems take, in bytes.
const maxFileName = 255

// absent tells that the storage holds nothing, without making it: opening a
// database creates it. An empty file is one that was never written to.
func (s *store) absent() bool {
	if s.file == "" {
		return false
	}
	info, err := os.Stat(s.file)
	return errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
}

// getClient opens the storage. A damaged file is an error that says so.
func (s *store) getClient(ctx context.Context) (client storage.Client, err error) {
	if s.file != "" && !s.absent() {
		if err := walk(s.file); err != nil {
			return nil, s.damaged(err)
		}
	}
	defer func() {
		if r := recover(); r != nil { // what opening a database looks at, and reading it does not
			err = s.damaged(fmt.Errorf("%v", r))
		}
	}()
	client, err = s.ext.GetClient(ctx, component.KindReceiver, s.source, s.part.StorageName())
	if errors.Is(err, berrors.ErrInvalid) || errors.Is(err, berrors.ErrChecksum) || err != nil && strings.HasPrefix(err.Error(), "file size too small") {
		err = s.damaged(err)
	}
	return client, err
}

// damaged says what to do about a file that can't be opened.
func (s *store) damaged(cause error) error {
	return fmt.Errorf("the checkpoint of %s can't be read, %s is damaged (%w): move the file away, mv %s %s.damaged. "+
		"The source then begins at its start_at, and what it delivered since comes again with the same uid", s.name(), s.file, cause, s.file, s.file)
}

// walk reads a database from end to end without changing it. What keeps it from
// being opened at all is left to whoever opens it.
func walk(file string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // pages beyond the end of a file that was cut off
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{ReadOnly: true, Timeout: 100 * time.Millisecond})
	if err != nil {
		return nil // whoever opens it says the same
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
			if b == nil {
				return errors.New("its bucket is gone")
			}
			var last []byte
			return b.ForEach(func(key, value []byte) error {
				if last != nil && bytes.Compare(last, key) >= 0 {
					return errors.New("keys are out of order")
				}
				last = bytes.Clone(key)
				_ = bytes.Clone(value) // reads it
				return nil
			})
		})
	})
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// lineStart is how each line of the file exporter begins.
var lineStart = []byte(`{"resourceLogs":`)

// Tail reads what the file exporter appends to a file, in portions.
type Tail struct {
	Path   string
	offset int64
	// Torn counts the lines that a killed Collector left unfinished.
	Torn int
}

// Next returns the records of the lines that were completed since the last call.
// A file that is not there yet has none.
func (t *Tail) Next() ([]Record, error) {
	data, err := t.read()
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(data, '\n') + 1
	t.offset += int64(end)
	var records []Record
	for line := range bytes.Lines(data[:end]) {
		// A kill can cut a line off in the middle; the next Collector goes on right
		// behind it. What was cut off was not accepted, so it comes again.
		if last := bytes.LastIndex(line, lineStart); last > 0 {
			line = line[last:]
			t.Torn++
		}
		more, err := ParseOTLP(line)
		if err != nil {
			return nil, err
		}
		records = append(records, more...)
	}
	return records, nil
}

// read returns everything behind the offset.
func (t *Tail) read() ([]byte, error) {
	f, err := os.Open(t.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tail: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(t.offset, io.SeekStart); err != nil {
		return nil, fmt.Errorf("tail: %w", err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("tail: %w", err)
	}
	return data, nil
}

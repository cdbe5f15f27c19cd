// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// diary reads the log of one life of a replica while it is written.
type diary struct {
	mu     sync.Mutex
	rest   []byte
	took   map[string]int  // how often it took over, by checkpoint
	stands map[string]bool // whose lease it waits for, by checkpoint
	fenced map[string]int  // how often it was fenced, by checkpoint
	ready  bool            // the Collector is up, so that it shuts down when told to
	lines  []string        // what people should see if the test fails
}

func newDiary() *diary {
	return &diary{took: map[string]int{}, stands: map[string]bool{}, fenced: map[string]int{}}
}

// Write implements io.Writer for the standard error of a process.
func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rest = append(d.rest, p...)
	for {
		line, rest, whole := bytes.Cut(d.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		d.read(line)
		d.rest = bytes.Clone(rest)
	}
}

func (d *diary) read(line []byte) {
	var entry struct {
		Level, Msg, Checkpoint string
	}
	if json.Unmarshal(line, &entry) != nil {
		d.lines = append(d.lines, string(line)) // such as a panic
		return
	}
	switch entry.Msg {
	case "took the checkpoint over", "there is no checkpoint yet: first start":
		d.took[entry.Checkpoint]++
	case "Everything is ready. Begin running and processing data.":
		d.ready = true
	case "standing by: the checkpoint is held":
		d.stands[entry.Checkpoint] = true
	case "fenced: this source stops here":
		d.fenced[entry.Checkpoint]++
	}
	if entry.Checkpoint != "" || entry.Level != "info" {
		d.lines = append(d.lines, string(line))
	}
}

// counts tells how many checkpoints were taken, are waited for, and were lost.
func (d *diary) counts() (took, stands, fenced int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.took), len(d.stands), len(d.fenced)
}

// isReady tells whether the Collector has come up.
func (d *diary) isReady() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ready
}

// flaps says where a life did not stay as it was: who was fenced must not take
// over again, and is fenced once.
func (d *diary) flaps() (found []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for checkpoint, times := range d.took {
		if times > 1 || d.fenced[checkpoint] > 1 {
			found = append(found, fmt.Sprintf("%s was taken %d times and lost %d times", checkpoint, times, d.fenced[checkpoint]))
		}
	}
	return found
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.lines, "\n")
}

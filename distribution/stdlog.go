// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"time"
)

// quoted is a text in Go's quotes, or the rest if they don't end.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*(?:"|$)`)

// plainLog takes what packages of the standard library write to the process's
// log. net/http quotes there what a server has sent out of turn, which may be
// anything, a secret too: quotations are left out, and the rest becomes one line
// of JSON.
type plainLog struct {
	to  io.Writer
	now func() time.Time
}

// Write implements io.Writer. The log calls it once for each entry.
func (l plainLog) Write(entry []byte) (int, error) {
	text := quoted.ReplaceAllString(strings.TrimSpace(string(entry)), `"..."`)
	line, err := json.Marshal(map[string]string{
		"level": "info", "ts": l.now().UTC().Format(time.RFC3339Nano), "logger": "go", "msg": text,
	})
	if err != nil {
		return 0, err
	}
	if _, err := l.to.Write(append(line, '\n')); err != nil {
		return 0, err
	}
	return len(entry), nil
}

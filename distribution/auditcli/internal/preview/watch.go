// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"sync"

	"go.uber.org/zap/zapcore"
)

// patience is how many failures in a row end a preview that could succeed later.
const patience = 3

// watch is the receiver's log. The receiver tells the end of each poll and each
// failed request there, which is how a preview knows when it is over.
type watch struct {
	zapcore.LevelEnabler
	clean *redactor
	// ended is closed at the end of a poll, or of all hope.
	ended chan struct{}

	mu       sync.Mutex
	over     bool
	caught   bool
	failures int
	said     map[Problem]bool
	list     []Problem
}

var _ zapcore.Core = (*watch)(nil)

func newWatch(clean *redactor) *watch {
	return &watch{LevelEnabler: zapcore.DebugLevel, clean: clean, ended: make(chan struct{}), said: map[Problem]bool{}}
}

// With implements zapcore.Core.
func (w *watch) With([]zapcore.Field) zapcore.Core { return w }

// Check implements zapcore.Core.
func (w *watch) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, w)
}

// Sync implements zapcore.Core.
func (w *watch) Sync() error { return nil }

// Write implements zapcore.Core.
func (w *watch) Write(e zapcore.Entry, fields []zapcore.Field) error {
	values := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(values)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if caughtUp, ok := values.Fields["caught_up"].(bool); ok {
		w.caught = caughtUp
		w.end()
		return nil
	}
	text := func(key string) string {
		s, _ := values.Fields[key].(string)
		return w.clean.text(s)
	}
	p := Problem{Message: e.Message, Class: text("class"), Error: text("error"), Hint: text("hint")}
	if e.Level >= zapcore.WarnLevel && !w.said[p] {
		w.said[p] = true
		w.list = append(w.list, p)
	}
	switch p.Class {
	case "":
		if e.Level >= zapcore.ErrorLevel {
			w.end()
		}
	case "auth", "config", "data":
		w.end()
	default:
		if w.failures++; w.failures >= patience {
			w.end()
		}
	}
	return nil
}

// end is called with mu held.
func (w *watch) end() {
	if !w.over {
		w.over = true
		close(w.ended)
	}
}

func (w *watch) caughtUp() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.caught
}

func (w *watch) problems() []Problem {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.list
}

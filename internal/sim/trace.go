// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"time"
)

// trace keeps a line of what happened, when the scenario is traced.
func (w *World) trace(format string, args ...any) {
	if !w.s.Traced {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.traced(format, args...)
}

// traced is trace for those who hold the lock.
func (w *World) traced(format string, args ...any) {
	if w.s.Traced {
		w.lines = append(w.lines, fmt.Sprintf("%12v  ", w.now().Round(time.Millisecond))+fmt.Sprintf(format, args...))
	}
}

// String says what the scenario is about, for a trace.
func (s *Scenario) String() string {
	v, e, f := s.Vendor, s.Engine, s.Faults
	v.mode, v.order = 0, 0
	return fmt.Sprintf("mode=%s order=%s\n  vendor %+v\n  engine %+v\n  faults %+v\n  rough %v settle %v stops %v events %d",
		[]string{"window", "stream", "list"}[s.Vendor.mode], []string{"ascending", "descending", "by arrival", "shuffled"}[s.Vendor.order],
		v, e, f, s.Rough, s.Settle, s.Stops, len(s.Log))
}

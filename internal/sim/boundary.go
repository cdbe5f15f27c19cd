// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"bytes"
	"errors"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
)

// boundary is a place where a kill can strike: before, in the middle of or after
// the effect of a port call. CP1..CP6 are the numbers in internal/source/doc.go.
type boundary uint8

const (
	requestBefore  boundary = iota
	requestAfter            // CP1: a page is fetched, not delivered
	deliverBefore           // CP1
	deliverPartial          // CP2: the pipeline has part of the page
	deliverAfter            // CP3: accepted, the state in memory is old
	gapBefore
	gapAfter
	saveBefore    // CP4: the state is in memory, not stored
	saveConcludes // CP6: the window is drained, the watermark not moved
	saveTorn      // CP4, with a part of the batch written
	saveAfter     // CP5: the state is stored, nobody knows
	loadBefore
	loadAfter
	putBefore // CP4, or of a heartbeat or a takeover: before the object is written
	boundaries
)

// crashPoint is the number of the crash point that a kill there tries; "" = none
// of its own.
func (b boundary) crashPoint() string {
	return [boundaries]string{
		requestAfter: "CP1", deliverBefore: "CP1", deliverPartial: "CP2", deliverAfter: "CP3",
		saveBefore: "CP4", saveTorn: "CP4", saveAfter: "CP5", saveConcludes: "CP6", putBefore: "CP4",
	}[b]
}

func (b boundary) String() string {
	return [boundaries]string{
		"before request", "after request", "before delivery", "in delivery", "after delivery", "before gap", "after gap",
		"before save", "before conclusion", "in save", "after save", "before load", "after load", "before PUT",
	}[b]
}

// saveBoundary tells what a save is about.
func saveBoundary(ops []*storage.Operation) boundary {
	for _, op := range ops {
		if op.Key == checkpoint.KeyState && !hasWalk(op.Value) {
			return saveConcludes
		}
	}
	return saveBefore
}

// hasWalk tells whether an encoded state is in the middle of a walk.
func hasWalk(state []byte) bool { return bytes.Contains(state, []byte(`"window":`)) }

// killer decides whether the incarnation is killed at a boundary. It is asked in
// the rough phase only, under the world's lock.
type killer func(no int, b boundary) bool

// maxLives is how many incarnations end in a bad way at most.
const maxLives = 25

var errKilled = errors.New("killed")

// boundary gives the killer its chance. It returns errKilled once the
// incarnation is dead: whatever a dead process would do does not happen.
func (w *World) boundary(inc *incarnation, b boundary) error {
	if inc.dead.Load() {
		return errKilled
	}
	if !w.strikes(inc, b) {
		return nil
	}
	w.trace("KILLED #%d %s", inc.no, b)
	w.noteKill(inc, b)
	inc.kill()
	return errKilled
}

func (w *World) strikes(inc *incarnation, b boundary) bool {
	if w.s.Killer != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now() < w.s.Rough && w.s.Killer(inc.no, b)
	}
	hit := inc.fate[portOf(b)].chance(w.s.Faults.kill)
	return hit && w.now() < w.s.Rough && inc.no < maxLives
}

// portOf is the number of the port: each has a stream of its own.
func portOf(b boundary) int {
	switch {
	case b <= requestAfter:
		return 0
	case b <= gapAfter:
		return 1
	case b == putBefore: // heartbeats are made beside the calls
		return 3
	default:
		return 2
	}
}

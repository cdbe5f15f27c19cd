// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
)

// cause is a part of the source that can be in trouble. The lower one is told first.
type cause int

const (
	causeDelivery cause = iota
	causePoll
	causeCheckpoint
	causeCount
)

// String names the cause as a log line would.
func (c cause) String() string {
	return [causeCount]string{"delivery", "poll", "checkpoint"}[c]
}

// status reports the receiver's component status: RecoverableError while any
// part is in trouble, OK when none is. Every report is an event, so only changes
// are reported. There is no PermanentError: it could never be taken back, and a
// rotated token does come back. It is safe for concurrent use.
type status struct {
	board *board
	// name is what a part of the receiver is called; "" where it is the whole.
	name string
	// trouble is guarded by the board.
	trouble [causeCount]trouble
}

// board is the one status of a receiver, whose parts may each be in trouble. The
// lowest cause of all is told, of the first part that has it.
type board struct {
	host component.Host

	// mu guards what is below.
	mu       sync.Mutex
	parts    []*status
	reported trouble
}

// trouble is what a part reports. The zero trouble is none.
type trouble struct {
	reason string
	text   string
}

// newStatus returns a status that is OK, as the host believes after Start.
func newStatus(host component.Host) *status { return (&board{host: host}).part("") }

// part adds a part.
func (b *board) part(name string) *status {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &status{board: b, name: name}
	b.parts = append(b.parts, s)
	return s
}

// fail notes that a part is in trouble. The reason is one of a few constants: a
// part that fails again for the same reason is no change, whatever the error says.
func (s *status) fail(c cause, reason string, err error) {
	s.set(c, trouble{reason: c.String() + ": " + reason, text: brief(err)})
}

// ok notes that a part works.
func (s *status) ok(c cause) { s.set(c, trouble{}) }

func (s *status) set(c cause, t trouble) {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if t.reason != "" && s.name != "" {
		t.reason = s.name + ": " + t.reason
	}
	if s.trouble[c].reason != t.reason {
		s.trouble[c] = t
	}
	s.board.report()
}

// report tells the host what has changed. The caller holds mu.
func (b *board) report() {
	first := b.first()
	if first.reason == b.reported.reason {
		return
	}
	b.reported = first
	if first.reason == "" {
		componentstatus.ReportStatus(b.host, componentstatus.NewEvent(componentstatus.StatusOK))
		return
	}
	err := fmt.Errorf("%s: %w", first.reason, errors.New(first.text))
	componentstatus.ReportStatus(b.host, componentstatus.NewRecoverableErrorEvent(err))
}

// first is what is told of all that is wrong; no trouble where nothing is.
func (b *board) first() trouble {
	for c := range causeCount {
		for _, s := range b.parts {
			if s.trouble[c].reason != "" {
				return s.trouble[c]
			}
		}
	}
	return trouble{}
}

// maxErrorText is how much of an error's text is shown, in bytes.
const maxErrorText = 300

// brief returns the text of an error, cut to what fits a status or a log line: an
// exporter may quote the whole batch. Its middle is left out: what was done stands
// at the beginning, the cause and the hint at the end.
func brief(err error) string {
	text := err.Error()
	if len(text) > maxErrorText {
		text = text[:maxErrorText/2] + " ... " + text[len(text)-maxErrorText/2:]
	}
	return validText(text)
}

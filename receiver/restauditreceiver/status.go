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
	host component.Host

	// mu guards what is below.
	mu       sync.Mutex
	trouble  [causeCount]trouble
	reported trouble
}

// trouble is what a part reports. The zero trouble is none.
type trouble struct {
	reason string
	text   string
}

// newStatus returns a status that is OK, as the host believes after Start.
func newStatus(host component.Host) *status { return &status{host: host} }

// fail notes that a part is in trouble. The reason is one of a few constants: a
// part that fails again for the same reason is no change, whatever the error says.
func (s *status) fail(c cause, reason string, err error) {
	s.set(c, trouble{reason: c.String() + ": " + reason, text: brief(err)})
}

// ok notes that a part works.
func (s *status) ok(c cause) { s.set(c, trouble{}) }

func (s *status) set(c cause, t trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trouble[c].reason != t.reason {
		s.trouble[c] = t
	}
	var first trouble
	for _, t := range s.trouble {
		if t.reason != "" {
			first = t
			break
		}
	}
	if first.reason == s.reported.reason {
		return
	}
	s.reported = first
	if first.reason == "" {
		componentstatus.ReportStatus(s.host, componentstatus.NewEvent(componentstatus.StatusOK))
		return
	}
	err := fmt.Errorf("%s: %w", first.reason, errors.New(first.text))
	componentstatus.ReportStatus(s.host, componentstatus.NewRecoverableErrorEvent(err))
}

// maxErrorText is how much of an error's text is shown, in bytes.
const maxErrorText = 300

// brief returns the text of an error, cut to what fits a status or a log line: an
// exporter may quote the whole batch.
func brief(err error) string {
	text := err.Error()
	if len(text) > maxErrorText {
		text = text[:maxErrorText] + "..."
	}
	return validText(text)
}

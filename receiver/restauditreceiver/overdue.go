// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"time"

	"go.uber.org/zap"
)

// classWaiting is what the status says of an attempt that does not come back. It
// is no class of a refusal: there was none yet.
const classWaiting = "waiting"

var errOverdue = errors.New("the destination has not taken a batch for a minute; the exporter's own log lines say why")

// watch looks after the attempt that begins now: an exporter that retries without
// end keeps what it was handed, and tells nobody but the log, for as long as the
// destination is down. The stop that watch returns comes after the attempt. It
// waits for what is being told, so that whatever is told later is told last.
func (s *sink) watch() (stop func()) {
	began := time.Now()
	s.telemetry.handedOver(began)
	since := began
	if s.refusing != "" {
		since = s.since
	}
	told := make(chan struct{})
	timer := time.AfterFunc(time.Until(since.Add(busyFor)), func() {
		defer close(told)
		s.overdue(began)
	})
	return func() {
		if !timer.Stop() {
			<-told
		}
		s.telemetry.answered()
	}
}

// overdue makes known that the destination has been in trouble for busyFor, and
// that an attempt is under way. The sink's goroutine is in that attempt.
func (s *sink) overdue(began time.Time) {
	if s.refusing == "" {
		s.refusing, s.since = classWaiting, began
		s.logger.Warn("The destination has not taken a batch for a minute; it is waited for",
			zap.String("hint", "the exporter's own lines say why"))
	}
	s.status.fail(causeDelivery, s.refusing, errOverdue)
}

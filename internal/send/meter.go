// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"errors"
	"io"
	"time"
)

var (
	errTimeout = errors.New("timeout: the exchange took too long")
	errIdle    = errors.New("timeout: the body stopped coming")
	errSlow    = errors.New("timeout: the body comes too slowly")
)

// meter counts the bytes of a body as they come from the wire and gives up on a
// sender that stops, drips or doesn't end.
type meter struct {
	body   io.Reader
	limit  int64
	min    int64 // bytes per second
	grace  time.Duration
	start  time.Time
	idle   *time.Timer
	n      int64
	cancel context.CancelCauseFunc
}

// newMeter starts the clock. Cancelling the request is the only way to end a
// Read that hangs in a connection.
func newMeter(body io.Reader, s Settings, limit int64, cancel context.CancelCauseFunc) *meter {
	return &meter{
		body: body, limit: limit, min: s.MinBytesPerSecond, grace: s.Grace, start: time.Now(), cancel: cancel,
		idle: time.AfterFunc(s.Grace, func() { cancel(errIdle) }),
	}
}

func (m *meter) stop() { m.idle.Stop() }

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.body.Read(p)
	m.n += int64(n)
	m.idle.Reset(m.grace)
	if m.n > m.limit {
		return n, errTooLarge
	}
	if elapsed := time.Since(m.start); err == nil && elapsed > m.grace && float64(m.n) < elapsed.Seconds()*float64(m.min) {
		m.cancel(errSlow)
		return n, errSlow
	}
	return n, err
}

// wait runs what takes time for a reason of ours: the sender can't help it.
func (m *meter) wait(f func() error) error {
	m.idle.Stop()
	from := time.Now()
	err := f()
	m.start = m.start.Add(time.Since(from))
	m.idle.Reset(m.grace)
	return err
}

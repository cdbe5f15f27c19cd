// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// patience is how many requests in a row must fail before the status says so: a
// single 503 is daily business.
const patience = 3

// observer turns what a source tells into metrics, log lines and status. It
// implements source.Observer and is safe for concurrent use.
type observer struct {
	telemetry *telemetry
	status    *status
	logger    *zap.Logger
	// name is what a log line calls the source.
	name string

	// mu guards what is below.
	mu sync.Mutex
	// failures counts the requests in a row that failed, class is that of the last.
	failures int
	class    string
	// high is the newest event time of the polls before this one.
	high time.Time
}

var _ source.Observer = (*observer)(nil)

func newObserver(name string, t *telemetry, s *status, logger *zap.Logger) *observer {
	return &observer{telemetry: t, status: s, logger: logger, name: name}
}

// Attempted implements source.Observer.
func (o *observer) Attempted(a source.Attempt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a.Err != nil {
		o.failed(a)
		return
	}
	o.telemetry.request(outcomeSuccess, a.Took)
	if a.Remaining >= 0 {
		o.telemetry.remaining(a.Remaining)
	}
	add(o.telemetry.builder.RestauditPages, 1, o.telemetry.receiver)
	add(o.telemetry.builder.RestauditReceived, a.Bytes, o.telemetry.receiver)
	if o.failures > 0 {
		o.logger.Info("The vendor answers again", zap.Int("failed_requests", o.failures))
		o.failures, o.class = 0, ""
		o.status.ok(causePoll)
	}
}

// failed logs the first of several failures of one class, and counts each.
func (o *observer) failed(a source.Attempt) {
	o.telemetry.request(a.Class, a.Took)
	o.telemetry.retry(a.Class)
	if a.Class == string(send.ClassRateLimit) {
		o.telemetry.waited(a.Wait)
	}
	o.failures++
	level := zap.DebugLevel
	if o.class != a.Class {
		o.class, level = a.Class, zap.WarnLevel
	}
	fields := []zap.Field{zap.String("class", a.Class), zap.Duration("wait", a.Wait), zap.String("error", brief(a.Err))}
	var failure *send.Error
	if errors.As(a.Err, &failure) && failure.Hint != "" {
		fields = append(fields, zap.String("hint", failure.Hint))
	}
	o.logger.Log(level, "A request to the vendor failed; it is repeated", fields...)
	if o.failures >= patience {
		o.status.fail(causePoll, a.Class, a.Err)
	}
}

// Delivered implements source.Observer.
func (o *observer) Delivered(d source.Delivery) {
	o.mu.Lock()
	high := o.high
	o.mu.Unlock()
	t := o.telemetry
	t.records(resultFetched, d.Fetched)
	t.records(resultEmitted, d.Emitted)
	t.records(resultDuplicate, d.Duplicate)
	t.records(resultFiltered, d.Filtered)
	t.records(resultQuarantined, d.Quarantined)
	if !high.IsZero() && !d.Oldest.IsZero() {
		late := max(0, high.Sub(d.Oldest).Seconds())
		t.builder.RestauditLateness.Record(context.Background(), late, t.receiver)
	}
}

// Noticed implements source.Observer.
func (o *observer) Noticed(n source.Notice) {
	switch n.Kind {
	case source.PollDone:
		o.pollDone(n)
	case source.GapFound:
		add(o.telemetry.builder.RestauditGaps, 1, o.telemetry.reasons.of(n.Gap.Reason))
		o.logger.Warn("Events of an interval can't be proven complete; a gap record says so",
			zap.String("reason", n.Gap.Reason), zap.Time("from", n.Gap.From), zap.Time("to", n.Gap.To),
			zap.String("detail", validText(n.Gap.Detail)))
	case source.Looped:
		o.incident(kindLooped, "The vendor's pages go in circles", n)
	case source.CursorExpired:
		o.incident(kindCursorExpired, "The saved cursor is of no use any more", n)
	case source.ClockDiffers:
		o.logger.Warn("The vendor's clock and this machine's differ; nothing is lost by it. Check this machine's time", zap.String("note", n.Text))
	default:
		o.checkpoint(n)
	}
}

// checkpoint handles what concerns the checkpoint.
func (o *observer) checkpoint(n source.Notice) {
	t := o.telemetry
	switch n.Kind {
	case source.Loaded:
		if n.Text != "" {
			o.logger.Warn("The checkpoint was read, but", zap.String("note", n.Text))
		}
		o.telemetry.delivered(n.Low)
		o.status.ok(causeCheckpoint)
	case source.LoadFailed:
		o.incident(kindUnreadable, "The checkpoint can't be read; nothing is polled until it can", n)
		o.status.fail(causeCheckpoint, "unreadable", errorOf(n))
	case source.Committed:
		add(t.builder.RestauditCheckpointWrites, 1, t.receiver)
		o.status.ok(causeCheckpoint)
	case source.CommitFailed:
		add(t.builder.RestauditCheckpointFailures, 1, t.receiver)
		o.logger.Warn("The checkpoint can't be written; it is tried again", zap.String("error", brief(errorOf(n))))
		o.status.fail(causeCheckpoint, "not written", errorOf(n))
	case source.Fenced:
		o.incident(kindFenced, "Another instance has taken this source over; this one has stopped", n)
		o.status.fail(causeCheckpoint, "fenced", errorOf(n))
	}
}

// pollDone handles the end of a poll that went through.
func (o *observer) pollDone(n source.Notice) {
	o.mu.Lock()
	if n.High.After(o.high) {
		o.high = n.High
	}
	o.mu.Unlock()
	o.telemetry.delivered(n.Low)
	o.telemetry.set(o.telemetry.builder.RestauditLastSuccessTime, time.Now().Unix())
	level := zap.DebugLevel
	if n.New > 0 {
		level = zap.InfoLevel
	}
	o.logger.Log(level, fmt.Sprintf("Fetched %d new events from %s", n.New, o.name),
		zap.Int("events", n.New), zap.Bool("caught_up", n.CaughtUp), zap.Time("low_watermark", n.Low))
}

// incident counts and logs what should not happen.
func (o *observer) incident(kind, message string, n source.Notice) {
	add(o.telemetry.builder.RestauditIncidents, 1, o.telemetry.kinds.of(kind))
	fields := []zap.Field{zap.String("kind", kind)}
	if n.Text != "" {
		fields = append(fields, zap.String("note", n.Text))
	}
	if n.Err != nil {
		fields = append(fields, zap.String("error", brief(n.Err)))
	}
	o.logger.Warn(message, fields...)
}

// errorOf returns the notice's error, or a word for the lack of one.
func errorOf(n source.Notice) error {
	if n.Err != nil {
		return n.Err
	}
	return errors.New("no reason given")
}

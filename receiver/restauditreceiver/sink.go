// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/internal/source"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// sinkSettings are what a sink needs. Everything but the quarantine is required.
type sinkSettings struct {
	next      consumer.Logs
	emitter   *emitter
	obs       *receiverhelper.ObsReport
	telemetry *telemetry
	status    *status
	logger    *zap.Logger
	// backOff is the wait between two attempts; see newBackOff.
	backOff backoff.BackOff
	// quarantine allows to look for poison records and set them aside, once the
	// pipeline has refused a page for good for quarantineAfter. Without it the
	// page is held for ever.
	quarantine      bool
	quarantineAfter time.Duration
}

// sink hands records to the pipeline until it has them. It implements
// source.Sink: one page at a time, from one goroutine.
//
//	accepted                        done
//	refused, some leaf retryable    what is unsent again, after the back-off
//	refused, all leaves permanent   the same, reported; after a time, bisect
//
// There is no queue: while the pipeline refuses, Deliver does not return, and so
// nothing more is fetched (F37).
type sink struct {
	sinkSettings
	// refusing is the class of the refusal that goes on, or "". During an attempt
	// these two belong to the attempt's watch.
	refusing string
	since    time.Time
}

var _ source.Sink = (*sink)(nil)

func newSink(s sinkSettings) *sink { return &sink{sinkSettings: s} }

// Deliver implements source.Sink.
func (s *sink) Deliver(ctx context.Context, records []record.Record, observed time.Time) ([]record.Record, error) {
	ctx, cancel := withoutDeadline(ctx)
	defer cancel()
	var quarantined []record.Record
	for from := 0; from < len(records); {
		to := from + s.emitter.batch(records[from:])
		poison, err := s.deliver(ctx, records[from:to], from > len(quarantined), observed)
		if err != nil {
			return nil, err
		}
		quarantined = append(quarantined, poison...)
		from = to
	}
	s.recovered()
	return quarantined, nil
}

// deliver hands over a batch; partly says that records before it were accepted.
// It returns what was set aside, each batch after its own time of refusals. The
// error is ctx's.
func (s *sink) deliver(ctx context.Context, batch []record.Record, partly bool, observed time.Time) (quarantined []record.Record, err error) {
	hold := hold{wait: s.quarantineAfter}
	for pending := batch; len(pending) > 0; {
		rest, err := s.send(ctx, pending, observed)
		if err != nil {
			return nil, err
		}
		if pending = rest; len(pending) == 0 {
			break
		}
		if s.quarantine && hold.over(time.Now()) {
			var poison []record.Record
			if poison, pending, err = s.bisect(ctx, pending, partly || len(pending) < len(batch), observed); err != nil {
				return nil, err
			}
			quarantined = append(quarantined, poison...)
			hold.extend(time.Now())
		}
		if len(pending) > 0 {
			s.telemetry.held(len(pending))
			if err := s.pause(ctx); err != nil {
				return nil, err
			}
		}
	}
	return quarantined, nil
}

// DeliverGap implements source.Sink. A gap record is never set aside: it is the
// last word about what is missing.
func (s *sink) DeliverGap(ctx context.Context, g source.Gap, observed time.Time) error {
	ctx, cancel := withoutDeadline(ctx)
	defer cancel()
	for {
		err := s.consume(ctx, s.emitter.gapLogs(g, observed))
		if err == nil {
			s.recovered()
			return nil
		}
		if err := s.refused(ctx, err); err != nil {
			return err
		}
	}
}

// send sends records until none is owed or the pipeline refuses all that are
// still owed for good, and returns these. The error is ctx's. A permanent refusal
// has been reported, but not waited for.
func (s *sink) send(ctx context.Context, records []record.Record, observed time.Time) ([]record.Record, error) {
	for {
		// The pipeline may have changed what it refused: each attempt is built anew.
		err := s.consume(ctx, s.emitter.logs(records, observed))
		if err == nil {
			s.backOff.Reset()
			return nil, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		rest := unsent(err, records)
		if len(rest) < len(records) {
			s.backOff.Reset()
		}
		records = rest
		s.report(err)
		if isPermanent(err) {
			return records, nil
		}
		if err := s.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// consume makes one attempt.
func (s *sink) consume(ctx context.Context, logs plog.Logs) error {
	n := logs.LogRecordCount()
	ctx = s.obs.StartLogsOp(ctx)
	stop := s.watch()
	err := s.next.ConsumeLogs(ctx, logs)
	stop()
	s.obs.EndLogsOp(ctx, metadata.Type.String(), n, err)
	return err
}

// pause waits before the next attempt, or until ctx ends.
func (s *sink) pause(ctx context.Context) error {
	timer := time.NewTimer(s.backOff.NextBackOff())
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// withoutDeadline returns a context that ends when ctx is done but has no
// deadline: exporters give up early, and drop, when they see that the deadline
// comes before their next retry.
func withoutDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); !ok {
		return ctx, func() {}
	}
	free, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	return free, func() { stop(); cancel() }
}

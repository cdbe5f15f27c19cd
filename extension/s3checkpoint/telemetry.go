// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/metadata"
)

// telemetry is the extension's own metrics.
type telemetry struct {
	builder *metadata.TelemetryBuilder

	mu   sync.Mutex
	open map[*client]struct{}
}

func newTelemetry(builder *metadata.TelemetryBuilder) (*telemetry, error) {
	t := &telemetry{builder: builder, open: map[*client]struct{}{}}
	return t, errors.Join(
		builder.RegisterS3checkpointHeldCallback(func(_ context.Context, o metric.Int64Observer) error {
			t.each(func(s status, by metric.MeasurementOption) { o.Observe(s.held, by) })
			return nil
		}),
		builder.RegisterS3checkpointEpochCallback(func(_ context.Context, o metric.Int64Observer) error {
			t.each(func(s status, by metric.MeasurementOption) { o.Observe(s.epoch, by) })
			return nil
		}),
		builder.RegisterS3checkpointLastWriteAgeCallback(func(_ context.Context, o metric.Float64Observer) error {
			t.each(func(s status, by metric.MeasurementOption) {
				if s.epoch > 0 {
					o.Observe(s.age.Seconds(), by)
				}
			})
			return nil
		}),
	)
}

// status is what the gauges show of one client.
type status struct {
	held, epoch int64
	age         time.Duration
}

func (c *client) status() status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := status{epoch: int64(min(c.epoch, 1<<62)), age: time.Since(c.current)}
	if c.data != nil && c.fenced == nil && !c.lapsed() {
		s.held = 1
	}
	return s
}

func (t *telemetry) each(observe func(status, metric.MeasurementOption)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.open {
		observe(c.status(), label(c.name()))
	}
}

func (t *telemetry) add(c *client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open[c] = struct{}{}
}

func (t *telemetry) remove(c *client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, c)
}

func label(component string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("checkpoint", component)))
}

func (t *telemetry) request(op string, k kind) {
	t.builder.S3checkpointRequests.Add(context.Background(), 1, metric.WithAttributeSet(
		attribute.NewSet(attribute.String("operation", op), attribute.String("outcome", string(k)))))
}

func (t *telemetry) written(ctx context.Context, start time.Time, err error) {
	result := "durable"
	switch {
	case errors.Is(err, errRebase):
		return // the write goes on
	case errors.Is(err, ErrFenced):
		result = "fenced"
	case err != nil:
		result = "failed"
	}
	t.builder.S3checkpointWriteDuration.Record(ctx, time.Since(start).Seconds(),
		metric.WithAttributeSet(attribute.NewSet(attribute.String("result", result))))
}

func (t *telemetry) conflict(ctx context.Context, component, reason string) {
	t.builder.S3checkpointConflicts.Add(ctx, 1, metric.WithAttributeSet(
		attribute.NewSet(attribute.String("checkpoint", component), attribute.String("reason", reason))))
}

func (t *telemetry) fenced(component string) {
	t.builder.S3checkpointFenced.Add(context.Background(), 1, label(component))
}

func (t *telemetry) recovered(ctx context.Context, component string) {
	t.builder.S3checkpointRecoveries.Add(ctx, 1, label(component))
}

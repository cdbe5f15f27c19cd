// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/source"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// Values of the metrics' labels that have no other home.
const (
	outcomeSuccess = "success"

	resultFetched     = "fetched"
	resultEmitted     = "emitted"
	resultDuplicate   = "duplicate"
	resultFiltered    = "filtered"
	resultQuarantined = "quarantined"

	kindUnreadable    = "checkpoint_unreadable"
	kindCursorExpired = "cursor_expired"
	kindFenced        = "fenced"
	kindLooped        = "looped"

	reasonOther = "other"
)

// telemetry records the receiver's own metrics. Its label sets are made once, of
// constants, the receiver's id and the values of its listed params: nothing that
// a vendor sends can add one. It is safe for concurrent use.
//
// The id is a label of its own, as on the Collector's receiver metrics: the
// default Prometheus endpoint leaves the scope out, and with it the component's
// attributes, so that the series of two sources would be one.
type telemetry struct {
	builder  *metadata.TelemetryBuilder
	receiver metric.MeasurementOption
	outcomes labels
	classes  labels
	results  labels
	reasons  labels
	kinds    labels
	// low is the low watermark in Unix nanoseconds, 0 = not known yet.
	low atomic.Int64
	// handed is when the batch that the pipeline has not answered yet was handed
	// over, in Unix nanoseconds; 0 = there is none.
	handed atomic.Int64
}

// newTelemetry makes the instruments of a receiver, or of the part of it that
// has this name. Close it with shutdown.
func newTelemetry(id component.ID, part string, settings component.TelemetrySettings) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(settings)
	if err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	own := []attribute.KeyValue{attribute.String("receiver", id.String())}
	if part != "" {
		own = append(own, attribute.String("params", part))
	}
	t := &telemetry{
		builder:  builder,
		receiver: metric.WithAttributeSet(attribute.NewSet(own...)),
		outcomes: newLabels(own, "outcome", classes(outcomeSuccess)...),
		classes:  newLabels(own, "class", classes(classRefused, classPermanent)...),
		results: newLabels(own, "result",
			resultFetched, resultEmitted, resultDuplicate, resultFiltered, resultQuarantined),
		reasons: newLabels(own, "reason", append([]string{reasonOther}, source.GapReasons()...)...),
		kinds:   newLabels(own, "kind", kindUnreadable, kindCursorExpired, kindFenced, kindLooped),
	}
	t.begin()
	if err := builder.RegisterRestauditFreshnessCallback(t.observeFreshness); err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	if err := builder.RegisterRestauditDeliveryWaitCallback(t.observeDeliveryWait); err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	return t, nil
}

// begin gives a value to what an alert compares with the past. A source that
// never gets anywhere must not look like one that does not exist, and the first
// wait must not be the sample that later ones are compared with.
func (t *telemetry) begin() {
	t.set(t.builder.RestauditLastSuccessTime, time.Now().Unix())
	t.waited(0)
}

// classes returns the classes of errors, retry first, and more values after them.
func classes(more ...string) []string {
	return append([]string{
		string(send.ClassRetry), string(send.ClassAuth), string(send.ClassRateLimit),
		string(send.ClassCursorExpired), string(send.ClassConfig), string(send.ClassData),
	}, more...)
}

func (t *telemetry) shutdown() { t.builder.Shutdown() }

// observeFreshness reports nothing before the first watermark is known.
func (t *telemetry) observeFreshness(_ context.Context, o metric.Float64Observer) error {
	if low := t.low.Load(); low != 0 {
		o.Observe(time.Since(time.Unix(0, low)).Seconds(), t.receiver)
	}
	return nil
}

// observeDeliveryWait reports 0 while the pipeline owes no answer.
func (t *telemetry) observeDeliveryWait(_ context.Context, o metric.Float64Observer) error {
	var wait float64
	if handed := t.handed.Load(); handed != 0 {
		wait = time.Since(time.Unix(0, handed)).Seconds()
	}
	o.Observe(wait, t.receiver)
	return nil
}

// handedOver tells since when the pipeline has a batch, answered that it has none.
func (t *telemetry) handedOver(at time.Time) { t.handed.Store(at.UnixNano()) }
func (t *telemetry) answered()               { t.handed.Store(0) }

// delivered tells up to which event time everything is delivered; zero = not known.
func (t *telemetry) delivered(low time.Time) {
	if !low.IsZero() {
		t.low.Store(low.UnixNano())
	}
}

// request counts a request and its duration.
func (t *telemetry) request(outcome string, took time.Duration) {
	ctx, label := context.Background(), t.outcomes.of(outcome)
	t.builder.RestauditRequests.Add(ctx, 1, label)
	t.builder.RestauditRequestDuration.Record(ctx, took.Seconds(), label)
}

// retry counts a repeated attempt after an error of the class.
func (t *telemetry) retry(class string) { add(t.builder.RestauditRetries, 1, t.classes.of(class)) }

// records counts records by what became of them.
func (t *telemetry) records(result string, n int) {
	add(t.builder.RestauditRecords, n, t.results.of(result))
}

// waited adds to the time that the vendor's rate limit has cost.
func (t *telemetry) waited(d time.Duration) {
	t.builder.RestauditRateLimitWait.Add(context.Background(), d.Seconds(), t.receiver)
}

// set sets a gauge.
func (t *telemetry) set(gauge metric.Int64Gauge, value int64) {
	gauge.Record(context.Background(), value, t.receiver)
}

// held tells how many records are held after a permanent refusal.
func (t *telemetry) held(records int) { t.set(t.builder.RestauditHeldRecords, int64(records)) }

// remaining tells how many requests the vendor's last answer left us.
func (t *telemetry) remaining(requests int64) {
	t.set(t.builder.RestauditRateLimitRemaining, requests)
}

// add adds to a counter, unless there is nothing to add.
func add(counter metric.Int64Counter, n int, label metric.MeasurementOption) {
	if n > 0 {
		counter.Add(context.Background(), int64(n), label)
	}
}

// labels are the label sets of one attribute with a few values.
type labels struct {
	sets     map[string]metric.MeasurementOption
	fallback metric.MeasurementOption
}

// newLabels makes the sets. The first value stands for all that are not listed.
func newLabels(own []attribute.KeyValue, key string, values ...string) labels {
	l := labels{sets: make(map[string]metric.MeasurementOption, len(values))}
	for _, v := range values {
		l.sets[v] = metric.WithAttributeSet(attribute.NewSet(append(slices.Clone(own), attribute.String(key, v))...))
	}
	l.fallback = l.sets[values[0]]
	return l
}

// of returns the label set of a value.
func (l labels) of(value string) metric.MeasurementOption {
	if set, ok := l.sets[value]; ok {
		return set
	}
	return l.fallback
}

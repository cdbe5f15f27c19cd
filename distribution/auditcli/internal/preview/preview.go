// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package preview runs one restaudit receiver for a few pages and watches it:
// what it asks, what it would emit, and where it would go on from.
//
// The receiver is the real one, from its factory, with its real HTTP client.
// Around it everything is a stand-in: a consumer that only collects, a storage
// in memory, a host with no more than the extensions that the receiver's
// requests need. Nothing is sent on and nothing is stored.
package preview

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configmiddleware"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// Settings say what to preview. All but StartAt are required.
type Settings struct {
	Factories otelcol.Factories
	Config    *otelcol.Config // is changed: its receiver is of no use afterwards
	Source    component.ID
	BuildInfo component.BuildInfo
	// Pages is how many pages to get at most.
	Pages int
	// StartAt replaces the receiver's start_at, unless it is "".
	StartAt string
	// UseRefreshToken allows to preview a source that has one; see ErrRotates.
	UseRefreshToken bool
}

// Result is what the source did.
type Result struct {
	Exchanges []Exchange
	// Logs are the deliveries, in their order.
	Logs []plog.Logs
	// Next is where a next poll would go on from; nil when nothing came of it.
	Next *Next
	// CaughtUp tells that the vendor had no more.
	CaughtUp bool
	// Problems are what the source complained of.
	Problems []Problem
	// Unfound are the keys whose paths led to no value in any record.
	Unfound []Unfound
}

// Next is a position.
type Next struct {
	// Cursor is the vendor's token or next link; "" when it goes on by time.
	Cursor string
	// Low is the low watermark; Newest the newest event time so far.
	Low, Newest time.Time
}

// Problem is a complaint of the source.
type Problem struct{ Message, Class, Error, Hint string }

// ErrRotates says that a preview would use up a refresh token.
var ErrRotates = errors.New("the source has a refresh token, which the vendor may replace at each use: the preview would not keep the new one, and the running collector's would be void")

// Run previews a source. It returns what it has seen along with an error when
// ctx ends early.
func Run(ctx context.Context, s Settings) (*Result, error) {
	cfg, ok := s.Config.Receivers[s.Source].(*restauditreceiver.Config)
	if !ok {
		return nil, fmt.Errorf("%s is not a restaudit receiver", s.Source)
	}
	if s.StartAt != "" {
		assign(&cfg.StartAt, s.StartAt)
	}
	if err := confmap.Validate(cfg); err != nil {
		return nil, fmt.Errorf("receivers::%s: %w", s.Source, err)
	}
	if o := cfg.Credentials.OAuth2; o != nil && !s.UseRefreshToken && (o.RefreshToken != "" || o.RefreshTokenFile != "") {
		return nil, ErrRotates
	}
	clean := newRedactor(cfg)
	watch := newWatch(clean)
	tap := newTap(s.Pages, cfg, clean)
	memory := newMemory()
	h := newHost(s, zap.New(watch))
	h.extensions[tapID] = tap
	h.extensions[memoryID] = memory
	if err := h.startNeeded(ctx, cfg); err != nil {
		return nil, err
	}
	defer h.shutdown()
	cfg.Storage = &memoryID
	cfg.ClientConfig.Headers.Set(pageMark, configopaque.String("1"))
	cfg.ClientConfig.Middlewares = append(cfg.ClientConfig.Middlewares, configmiddleware.Config{ID: tapID})
	sink := &collector{tap: tap}
	if err := h.run(ctx, cfg, sink, watch, tap); err != nil {
		return nil, err
	}
	return &Result{
		Exchanges: tap.exchanges(), Logs: sink.logs, Next: nextOf(memory.state(), clean),
		CaughtUp: watch.caughtUp(), Problems: watch.problems(), Unfound: unfound(cfg, sink.logs),
	}, ctx.Err()
}

// assign sets a text of any type.
func assign[T ~string](to *T, text string) { *to = T(text) }

// nextOf reads the position from what would have been stored.
func nextOf(s *checkpoint.State, clean *redactor) *Next {
	if s == nil {
		return nil
	}
	at := s.Position
	if s.Walk != nil {
		at = s.Walk.Position
	}
	n := &Next{Cursor: clean.cursor(at.Token()), Low: s.Low, Newest: s.LastTimestamp}
	switch {
	case at.Offset > 0:
		n.Cursor = fmt.Sprintf("offset %d", at.Offset)
	case at.Page > 0:
		n.Cursor = fmt.Sprintf("page %d", at.Page)
	}
	return n
}

// run runs the receiver until enough was seen.
func (h *host) run(ctx context.Context, cfg *restauditreceiver.Config, sink *collector, watch *watch, tap *tap) error {
	next, err := consumer.NewLogs(sink.consume)
	if err != nil {
		return err
	}
	id := h.settings.Source
	set := receiver.Settings{ID: id, TelemetrySettings: h.telemetry, BuildInfo: h.settings.BuildInfo}
	source, err := h.settings.Factories.Receivers[id.Type()].CreateLogs(ctx, set, cfg, next)
	if err != nil {
		return err
	}
	if err := source.Start(ctx, h); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-tap.enough:
		tap.settle(ctx)
	case <-watch.ended:
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return source.Shutdown(stop)
}

// collector is the end of the pipeline. The receiver calls it from one
// goroutine, which has ended when the logs are read.
type collector struct {
	tap  *tap
	logs []plog.Logs
}

func (c *collector) consume(_ context.Context, logs plog.Logs) error {
	own := plog.NewLogs()
	logs.CopyTo(own)
	c.logs = append(c.logs, own)
	c.tap.delivered()
	return nil
}

// telemetrySettings are those of a component whose logs go to log.
func telemetrySettings(log *zap.Logger) component.TelemetrySettings {
	return component.TelemetrySettings{
		Logger: log, TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: metricnoop.NewMeterProvider(),
		Resource: pcommon.NewResource(),
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// store is the storage of one source, as its configuration names it.
type store struct {
	source component.ID
	// part is the part of the source; see restauditreceiver.Part.
	part restauditreceiver.Part
	// id is the storage extension's, and ext is nil until it is started.
	id  component.ID
	ext storage.Extension
	// client is nil until open.
	client storage.Client
	// file is where file_storage keeps the checkpoint; "" for another storage.
	file string
}

// bareHost is a host without anything: storage extensions need no other.
type bareHost struct{}

// GetExtensions implements component.Host.
func (bareHost) GetExtensions() map[component.ID]component.Component { return nil }

// storeOf makes and starts the storage extension of a source. The caller closes
// it.
func (l *loaded) storeOf(ctx context.Context, source component.ID, part restauditreceiver.Part, log io.Writer) (*store, error) {
	s, cfg, err := l.storage(source, part)
	if err != nil {
		return nil, err
	}
	return s, l.start(ctx, s, cfg, log)
}

// storeToRead is storeOf for whoever changes nothing: where nothing is stored
// nothing is started, because a start can create a directory.
func (l *loaded) storeToRead(ctx context.Context, source component.ID, part restauditreceiver.Part, log io.Writer) (*store, error) {
	s, cfg, err := l.storage(source, part)
	if err != nil || s.absent() {
		return s, err
	}
	return s, l.start(ctx, s, cfg, log)
}

// storage finds the storage of a source, and its configuration.
func (l *loaded) storage(source component.ID, part restauditreceiver.Part) (*store, component.Config, error) {
	cfg, ok := l.config.Receivers[source].(*restauditreceiver.Config)
	if !ok || cfg.Storage == nil {
		return nil, nil, fmt.Errorf("%s has no `storage`: it keeps no checkpoint", source)
	}
	id := *cfg.Storage
	extCfg, defined := l.config.Extensions[id]
	if !defined || l.factories.Extensions[id.Type()] == nil {
		return nil, nil, fmt.Errorf("extensions::%s, which %s names as its storage, is not defined", id, source)
	}
	if err := confmap.Validate(extCfg); err != nil {
		return nil, nil, fmt.Errorf("extensions::%s: %w", id, err)
	}
	return &store{source: source, part: part, id: id, file: databaseFile(id, extCfg, source, part.StorageName())}, extCfg, nil
}

// start makes and starts the extension of a store.
func (l *loaded) start(ctx context.Context, s *store, cfg component.Config, log io.Writer) error {
	set := extension.Settings{ID: s.id, TelemetrySettings: cliTelemetry(log), BuildInfo: l.set.BuildInfo}
	ext, err := l.factories.Extensions[s.id.Type()].Create(ctx, set, cfg)
	if err != nil {
		return fmt.Errorf("extensions::%s: %w", s.id, err)
	}
	if err := ext.Start(ctx, bareHost{}); err != nil {
		return fmt.Errorf("extensions::%s: %w", s.id, err)
	}
	keeper, ok := ext.(storage.Extension)
	if !ok {
		return errors.Join(fmt.Errorf("extensions::%s stores nothing: name a storage extension", s.id), ext.Shutdown(ctx))
	}
	s.ext = keeper
	return nil
}

// name is what the source, or its part, is called.
func (s *store) name() string { return s.part.SourceName(s.source.String()) }

// open opens the storage, and refuses while a collector locks it. What needs no
// lock is taken over by takeOver.
func (s *store) open(ctx context.Context) error {
	client, err := s.getClient(ctx)
	if err != nil && strings.HasSuffix(err.Error(), "timeout") {
		return fmt.Errorf("the checkpoint of %s is held by a running collector, which locks %s: stop it first", s.name(), first(s.file, "its file"))
	}
	if err != nil {
		return fmt.Errorf("extensions::%s: %w", s.id, err)
	}
	s.client = client
	return nil
}

// close gives everything back.
func (s *store) close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if s.client != nil {
		err = s.client.Close(ctx)
	}
	if s.ext != nil {
		err = errors.Join(err, s.ext.Shutdown(ctx))
	}
	return err
}

// cliTelemetry makes a component's warnings visible, and nothing else.
func cliTelemetry(log io.Writer) component.TelemetrySettings {
	encoder := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "M", LevelKey: "L", EncodeLevel: zapcore.LowercaseLevelEncoder})
	return component.TelemetrySettings{
		Logger:         zap.New(zapcore.NewCore(encoder, zapcore.AddSync(log), zapcore.WarnLevel)),
		TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: metricnoop.NewMeterProvider(), Resource: pcommon.NewResource(),
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

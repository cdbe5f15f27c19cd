// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	// id is the storage extension's.
	id  component.ID
	ext storage.Extension
	// client is nil until open.
	client storage.Client
	// file is where file_storage keeps the checkpoint; "" when that is not known.
	file string
}

// bareHost is a host without anything: storage extensions need no other.
type bareHost struct{}

// GetExtensions implements component.Host.
func (bareHost) GetExtensions() map[component.ID]component.Component { return nil }

// storeOf makes and starts the storage extension of a source. The caller closes
// it.
func (l *loaded) storeOf(ctx context.Context, source component.ID, part restauditreceiver.Part, log io.Writer) (*store, error) {
	cfg, ok := l.config.Receivers[source].(*restauditreceiver.Config)
	if !ok || cfg.Storage == nil {
		return nil, fmt.Errorf("%s has no `storage`: it keeps no checkpoint", source)
	}
	id := *cfg.Storage
	extCfg, defined := l.config.Extensions[id]
	factory := l.factories.Extensions[id.Type()]
	if !defined || factory == nil {
		return nil, fmt.Errorf("extensions::%s, which %s names as its storage, is not defined", id, source)
	}
	if err := confmap.Validate(extCfg); err != nil {
		return nil, fmt.Errorf("extensions::%s: %w", id, err)
	}
	ext, err := factory.Create(ctx, extension.Settings{ID: id, TelemetrySettings: cliTelemetry(log), BuildInfo: l.set.BuildInfo}, extCfg)
	if err != nil {
		return nil, fmt.Errorf("extensions::%s: %w", id, err)
	}
	if err := ext.Start(ctx, bareHost{}); err != nil {
		return nil, fmt.Errorf("extensions::%s: %w", id, err)
	}
	keeper, ok := ext.(storage.Extension)
	if !ok {
		return nil, errors.Join(fmt.Errorf("extensions::%s stores nothing: name a storage extension", id), ext.Shutdown(ctx))
	}
	return &store{source: source, part: part, id: id, ext: keeper, file: databaseFile(id, extCfg, source, part.StorageName())}, nil
}

// databaseFile is where file_storage keeps the checkpoint of a source with a
// plain name.
func databaseFile(id component.ID, cfg component.Config, source component.ID, storageName string) string {
	dir, _ := section(cfg)["directory"].(string)
	name := "receiver_" + source.Type().String() + "_" + source.Name()
	if storageName != "" {
		name += "_" + strings.NewReplacer("=", "~003D", ",", "~002C", "%", "~0025", "+", "~002B").Replace(storageName)
	}
	if id.Type().String() != "file_storage" || dir == "" || len(name) > 200 {
		return ""
	}
	for _, r := range name {
		if r >= 0x80 || !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~", r) {
			return ""
		}
	}
	return filepath.Join(dir, name)
}

// name is what the source, or its part, is called.
func (s *store) name() string { return s.part.SourceName(s.source.String()) }

// absent tells that the storage holds nothing, without making it: opening a
// database creates it.
func (s *store) absent() bool {
	if s.file == "" {
		return false
	}
	_, err := os.Stat(s.file)
	return errors.Is(err, os.ErrNotExist)
}

// open opens the storage, and refuses while a collector locks it. What needs no
// lock is taken over by takeOver.
func (s *store) open(ctx context.Context) error {
	client, err := s.ext.GetClient(ctx, component.KindReceiver, s.source, s.part.StorageName())
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
	return errors.Join(err, s.ext.Shutdown(ctx))
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

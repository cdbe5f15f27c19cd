// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/extension"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// The stand-ins among the extensions.
var (
	tapID    = component.MustNewIDWithName("preview", "requests")
	memoryID = component.MustNewIDWithName("preview", "storage")
)

// host is what the receiver sees of a Collector.
type host struct {
	settings   Settings
	telemetry  component.TelemetrySettings
	extensions map[component.ID]component.Component
	started    []component.Component
}

func newHost(s Settings, log *zap.Logger) *host {
	return &host{settings: s, telemetry: telemetrySettings(log), extensions: map[component.ID]component.Component{}}
}

// GetExtensions implements component.Host.
func (h *host) GetExtensions() map[component.ID]component.Component { return h.extensions }

// startNeeded starts the extensions that the receiver's requests go through.
func (h *host) startNeeded(ctx context.Context, cfg *restauditreceiver.Config) error {
	var ids []component.ID
	if auth := cfg.ClientConfig.Auth.Get(); auth != nil {
		ids = append(ids, auth.AuthenticatorID)
	}
	for _, m := range cfg.ClientConfig.Middlewares {
		ids = append(ids, m.ID)
	}
	for _, id := range ids {
		if err := h.start(ctx, id); err != nil {
			h.shutdown()
			return fmt.Errorf("extensions::%s: %w", id, err)
		}
	}
	return nil
}

func (h *host) start(ctx context.Context, id component.ID) error {
	cfg, ok := h.settings.Config.Extensions[id]
	factory := h.settings.Factories.Extensions[id.Type()]
	if !ok || factory == nil {
		return errors.New("the receiver names it, but it is not defined")
	}
	if err := confmap.Validate(cfg); err != nil {
		return err
	}
	set := extension.Settings{ID: id, TelemetrySettings: telemetrySettings(zap.NewNop()), BuildInfo: h.settings.BuildInfo}
	ext, err := factory.Create(ctx, set, cfg)
	if err != nil {
		return err
	}
	if err := ext.Start(ctx, h); err != nil {
		return err
	}
	h.extensions[id] = ext
	h.started = append(h.started, ext)
	return nil
}

func (h *host) shutdown() {
	for _, ext := range h.started {
		_ = ext.Shutdown(context.Background()) // the program ends; there is nobody to tell
	}
	h.started = nil
}

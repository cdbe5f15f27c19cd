// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension"

	"github.com/restaudit/otelcol-audit/internal/storetest"
)

// TestFileStorageConforms holds the storage that the shipped configurations use
// to the same rules as s3checkpoint. It stands here because the library's module
// must not require a contrib component.
func TestFileStorageConforms(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Store {
		f := filestorage.NewFactory()
		cfg := f.CreateDefaultConfig().(*filestorage.Config)
		cfg.Directory, cfg.FSync = t.TempDir(), true
		return storetest.OfExtension(t, func() (component.Component, error) {
			set := extension.Settings{ID: component.NewID(f.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
			return f.Create(t.Context(), set, cfg)
		})
	})
}

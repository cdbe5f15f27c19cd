// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/open-telemetry/opentelemetry-collector-contrib/confmap/provider/s3provider"
	"github.com/open-telemetry/opentelemetry-collector-contrib/confmap/provider/secretsmanagerprovider"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/httpprovider"
	"go.opentelemetry.io/collector/confmap/provider/httpsprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
)

// The builder writes config providers into main.go, not into components.go,
// so they are kept here by hand. TestManifest compares them with the manifest.

// providerFactories are the places that a config, or a part of it, can come
// from: the schemes of `--config` and of `${scheme:value}`.
func providerFactories() []confmap.ProviderFactory {
	return []confmap.ProviderFactory{
		envprovider.NewFactory(),
		fileprovider.NewFactory(),
		httpprovider.NewFactory(),
		httpsprovider.NewFactory(),
		yamlprovider.NewFactory(),
		s3provider.NewFactory(),
		secretsmanagerprovider.NewFactory(),
	}
}

// providerModules says for `otelcol-audit components` which module serves
// which scheme.
func providerModules() map[string]string {
	const contrib = "github.com/open-telemetry/opentelemetry-collector-contrib/confmap/provider/"
	return map[string]string{
		"env":            "go.opentelemetry.io/collector/confmap/provider/envprovider v1.64.0",
		"file":           "go.opentelemetry.io/collector/confmap/provider/fileprovider v1.64.0",
		"http":           "go.opentelemetry.io/collector/confmap/provider/httpprovider v1.64.0",
		"https":          "go.opentelemetry.io/collector/confmap/provider/httpsprovider v1.64.0",
		"yaml":           "go.opentelemetry.io/collector/confmap/provider/yamlprovider v1.64.0",
		"s3":             contrib + "s3provider v0.158.0",
		"secretsmanager": contrib + "secretsmanagerprovider v0.155.0",
	}
}

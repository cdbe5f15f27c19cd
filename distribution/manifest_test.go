// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// The same list is in three files: the manifest (what a stock builder reads),
// go.mod (what the versions really are: a dependency can raise them above the
// manifest's without a word) and components.go (what is linked). The tests here
// keep them equal.

// manifest is the part of builder-config.yaml that names modules.
type manifest struct {
	Extensions, Receivers, Processors, Exporters, Connectors, Providers []struct {
		GoMod  string `yaml:"gomod"`
		Import string `yaml:"import"`
	}
	Replaces []string
}

// part is one entry of the manifest.
type part struct{ module, version, pkg string }

func parts(t *testing.T, read func(manifest) []part) []part {
	t.Helper()
	return partsOf(t, "../builder-config.yaml", read)
}

func partsOf(t *testing.T, file string, read func(manifest) []part) []part {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var m manifest
	require.NoError(t, yaml.Unmarshal(text, &m))
	all := read(m)
	require.NotEmpty(t, all)
	return all
}

func componentParts(m manifest) []part {
	var all []part
	for _, group := range [][]struct {
		GoMod  string `yaml:"gomod"`
		Import string `yaml:"import"`
	}{m.Extensions, m.Receivers, m.Processors, m.Exporters, m.Connectors} {
		for _, entry := range group {
			module, version, _ := strings.Cut(entry.GoMod, " ")
			all = append(all, part{module: module, version: version, pkg: orElse(entry.Import, module)})
		}
	}
	return all
}

func providerParts(m manifest) []part {
	return componentParts(manifest{Extensions: m.Providers})
}

func TestManifestMatchesGoMod(t *testing.T) {
	required := requiredModules(t)
	for _, p := range append(parts(t, componentParts), parts(t, providerParts)...) {
		assert.Equal(t, p.version, required[p.module], "go.mod and builder-config.yaml disagree about %s", p.module)
	}
}

func TestTheSlimBuildIsAPartOfTheWholeOne(t *testing.T) {
	whole := append(parts(t, componentParts), parts(t, providerParts)...)
	slim := partsOf(t, "../slim-builder-config.yaml", componentParts)
	assert.Subset(t, whole, slim, "raise the versions in slim-builder-config.yaml too")
	assert.Subset(t, whole, partsOf(t, "../slim-builder-config.yaml", providerParts))
	exporters := partsOf(t, "../slim-builder-config.yaml", func(m manifest) []part {
		return componentParts(manifest{Exporters: m.Exporters})
	})
	assert.Len(t, exporters, 3)
}

func TestManifestMatchesComponents(t *testing.T) {
	var want []string
	for _, p := range parts(t, componentParts) {
		want = append(want, p.pkg)
	}
	assert.ElementsMatch(t, want, componentImports(t, "components.go"), "run `make generate`")

	text, err := os.ReadFile("components.go")
	require.NoError(t, err)
	for _, p := range parts(t, componentParts) {
		assert.Contains(t, string(text), strconv.Quote(p.module+" "+p.version), "run `make generate`")
	}
}

func TestManifestMatchesProviders(t *testing.T) {
	modules := providerModules()
	var want []string
	for _, p := range parts(t, providerParts) {
		want = append(want, p.module+" "+p.version)
	}
	var got []string
	for _, f := range providerFactories() {
		scheme := f.Create(confmap.ProviderSettings{}).Scheme()
		assert.Contains(t, modules, scheme)
		got = append(got, modules[scheme])
	}
	assert.ElementsMatch(t, want, got, "edit providers.go")
}

// TestComponents holds what users are told that they will find, under the names
// that they write in a config, and that each part knows its module.
func TestComponents(t *testing.T) {
	factories, err := components()
	require.NoError(t, err)
	has(t, factories.ReceiverModules, "restaudit", "otlp", "awss3", "splunk_hec")
	has(t, factories.ProcessorModules, "memory_limiter", "transform", "filter", "attributes", "resource", "redaction", "batch")
	has(t, factories.ConnectorModules, "routing", "failover")
	has(
		t, factories.ExporterModules, "splunk_hec", "elasticsearch", "otlp", "otlp_grpc", "otlphttp", "otlp_http",
		"awss3", "file", "debug", "nop", "kafka", "syslog",
	)
	has(
		t, factories.ExtensionModules, "s3checkpoint", "file_storage", "health_check", "healthcheckv2", "oauth2client",
		"sigv4auth", "basicauth", "bearertokenauth", "headers_setter", "k8s_leader_elector", "pprof", "zpages",
	)
}

func has(t *testing.T, modules map[component.Type]string, names ...string) {
	t.Helper()
	for _, name := range names {
		assert.NotEmpty(t, modules[component.MustNewType(name)], name)
	}
}

// requiredModules is go.mod as path -> version, and ours as the manifest has it.
func requiredModules(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json").Output()
	require.NoError(t, err)
	var mod struct {
		Require []struct{ Path, Version string }
	}
	require.NoError(t, json.Unmarshal(out, &mod))
	versions := map[string]string{}
	for _, r := range mod.Require {
		versions[r.Path] = r.Version
	}
	return versions
}

// componentImports lists the packages of a file that the builder put there for
// the manifest's sake: those imported under a name.
func componentImports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)
	var paths []string
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if spec.Name != nil && spec.Name.Name != "otelconftelemetry" {
			paths = append(paths, path)
		}
	}
	return paths
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package otelcolaudit_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// barred are module and package paths that the library keeps away from. Whoever
// adds the receiver to a Collector of their own gets the library's go.mod as a
// lower bound for every version in it: a contrib component there, even one for
// tests only, would silently raise theirs and make the builder refuse.
var barred = []string{
	"github.com/open-telemetry/opentelemetry-collector-contrib",
	"go.opentelemetry.io/collector/cmd",
	"go.opentelemetry.io/collector/exporter",
	"go.opentelemetry.io/collector/otelcol",
	"go.opentelemetry.io/collector/processor",
	"go.opentelemetry.io/collector/service",
	"github.com/spf13/cobra",
	"github.com/spf13/pflag",
	"github.com/urfave/cli",
	"github.com/alecthomas/kong",
}

func TestLibraryRequiresNoProduct(t *testing.T) {
	mod := goMod(t, "go.mod")
	assert.Empty(t, mod.Replace, "a replace line works for us alone")
	for _, r := range mod.Require {
		assert.False(t, isBarred(r.Path), "go.mod: %s (indirect: %t)", r.Path, r.Indirect)
	}
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			assert.False(t, s.inRootModule() && isBarred(imported), "%s imports %s", s.name, imported)
		}
	}
}

// TestReceiverNeedsNoS3 holds that one module for both components costs a user
// of the receiver alone no S3 client. What signs requests to AWS is linked: the
// receiver polls AWS too.
func TestReceiverNeedsNoS3(t *testing.T) {
	for _, dep := range strings.Fields(goTool(t, "list", "-deps", "./receiver/...")) {
		assert.NotContains(t, dep, "github.com/aws/aws-sdk-go-v2/service/s3")
		assert.NotContains(t, dep, rootModule+"/extension/")
		assert.False(t, isBarred(dep), dep)
	}
}

// TestTelemetryStaysBelowTheCollectors: a bare `go mod tidy` picks the newest
// OpenTelemetry API, with which the distribution's Collector doesn't compile.
func TestTelemetryStaysBelowTheCollectors(t *testing.T) {
	library, product := goMod(t, "go.mod"), goMod(t, "distribution/go.mod")
	for _, path := range []string{
		"go.opentelemetry.io/otel", "go.opentelemetry.io/otel/metric",
		"go.opentelemetry.io/otel/trace", "go.opentelemetry.io/otel/sdk/metric",
	} {
		assert.Equal(t, "v1.44.0", library.version(path), "%s: see docs/decisions/0001-three-modules.md", path)
		assert.Equal(t, library.version(path), product.version(path), path)
	}
}

// TestOneCollectorVersion: the builder refuses components that are newer than
// itself, and generated code belongs to the API that it was generated for.
func TestOneCollectorVersion(t *testing.T) {
	const component = "go.opentelemetry.io/collector/component/componenttest"
	want := goMod(t, "go.mod").version(component)
	tools := goMod(t, "internal/tools/go.mod")
	assert.Equal(t, want, tools.version("go.opentelemetry.io/collector/cmd/builder"))
	assert.Equal(t, want, tools.version("go.opentelemetry.io/collector/cmd/mdatagen"))
	assert.Equal(t, want, goMod(t, "distribution/go.mod").version("go.opentelemetry.io/collector/otelcol"))
}

func TestOneGoVersion(t *testing.T) {
	want := goMod(t, "go.mod").Go
	for _, file := range []string{"distribution/go.mod", "internal/tools/go.mod", "internal/tools/prometheus/go.mod", "internal/tools/kubernetes/go.mod"} {
		assert.Equal(t, want, goMod(t, file).Go, file)
	}
}

func isBarred(path string) bool {
	for _, b := range barred {
		if path == b || strings.HasPrefix(path, b+"/") {
			return true
		}
	}
	return false
}

// module is the part of `go mod edit -json` that the tests look at.
type module struct {
	Go      string
	Require []struct {
		Path, Version string
		Indirect      bool
	}
	Replace []struct{ Old struct{ Path string } }
}

func (m module) version(path string) string {
	for _, r := range m.Require {
		if r.Path == path {
			return r.Version
		}
	}
	return ""
}

func goMod(t *testing.T, file string) module {
	t.Helper()
	var m module
	require.NoError(t, json.Unmarshal([]byte(goTool(t, "mod", "edit", "-json", file)), &m))
	return m
}

func goTool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	require.NoError(t, err, "go %s: %s", strings.Join(args, " "), complaints.String())
	return string(out)
}

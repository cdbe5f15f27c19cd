// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Program otelcol-audit is an OpenTelemetry Collector for SaaS audit logs:
// the restaudit receiver, storage for its cursors and the exporters that SIEMs
// take, with sub-commands of its own beside the Collector's.
//
// It is an ordinary Collector. What it consists of is in builder-config.yaml,
// from which components.go is generated; this file and providers.go are the
// hand-written rest.
package main

import (
	"log"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/restaudit/otelcol-audit/distribution/auditcli"
)

// version is set by the Makefile: -ldflags "-X main.version=v1.2.3".
var version = "dev"

func main() {
	guardStandardLibrary()
	keepMemoryLow()
	stop := startReleasing()
	err := newCommand(settings()).Execute()
	stop()
	if err != nil {
		os.Exit(1) // Cobra has printed the error.
	}
}

// guardStandardLibrary bounds what parts of the program that are not ours let a
// server do by way of net/http's global variables.
func guardStandardLibrary() {
	log.SetFlags(0)
	log.SetOutput(plainLog{os.Stderr, time.Now})
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		keepAtOrigin(t)
	}
}

// settings describes this Collector to the otelcol package.
func settings() otelcol.CollectorSettings {
	return otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "otelcol-audit",
			Description: "OpenTelemetry Collector for SaaS audit logs",
			Version:     version,
		},
		Factories: components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{ProviderFactories: providerFactories()},
		},
		ProviderModules: providerModules(),
	}
}

// newCommand is the Collector's command with ours beside it. One of ours takes
// the place of a Collector command of the same name.
func newCommand(set otelcol.CollectorSettings) *cobra.Command {
	root := otelcol.NewCommand(set)
	for _, own := range auditcli.Commands(set) {
		for _, old := range root.Commands() {
			if old.Name() == own.Name() {
				root.RemoveCommand(old)
			}
		}
		root.AddCommand(own)
	}
	shorten(root)
	return root
}

// shorten leaves the default of feature-gates out of the help: it is a screenful
// of names, which the command featuregate explains.
func shorten(command *cobra.Command) {
	if gates := command.Flags().Lookup("feature-gates"); gates != nil {
		gates.DefValue = ""
	}
	for _, sub := range command.Commands() {
		shorten(sub)
	}
}

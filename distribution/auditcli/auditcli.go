// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package auditcli holds the sub-commands that otelcol-audit has beside the
// Collector's own. One file per command.
//
// It is not the library: whatever a command does beyond reading flags and
// printing lives in the root module. A custom Collector build that wants the
// commands adds Commands to its otelcol.NewCommand.
package auditcli

import (
	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/otelcol"
)

// Commands returns the sub-commands. set is the Collector that they belong to:
// its factories and config providers are the ones that commands use. A command
// with the name of a Collector command is meant to replace it.
func Commands(set otelcol.CollectorSettings) []*cobra.Command {
	return []*cobra.Command{
		validateCommand(set),
		checkpointCommand(set),
		convertCommand(),
		presetsCommand(),
		schemaCommand(),
		previewCommand(set),
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/restaudit/otelcol-audit/internal/flicker"
)

// convertCommand turns a configuration of Flicker into one of ours.
func convertCommand() *cobra.Command {
	var o flicker.Options
	cmd := &cobra.Command{
		Use:   "convert FLICKER.YAML > OTEL.YAML",
		Short: "Convert a configuration of Flicker",
		Long: `Reads a configuration of Flicker and prints one for otelcol-audit, with comments on what changed and why.
Points at which the original could not work, or at which you have to decide, are warnings on stderr.
"-" reads from stdin.`,
		Example: "  otelcol-audit convert flicker.yaml --registry-file s3://company-logs/registry.json > otel.yaml",
		Args:    oneArg("Flicker's configuration file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, text, err := readInput(cmd, args[0])
			if err != nil {
				return err
			}
			result, err := flicker.Convert(text, o)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for _, w := range result.Warnings {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: %s: %s\n", name, w.Line, w.Key, w.Text)
			}
			_, err = cmd.OutOrStdout().Write(result.YAML)
			return err
		},
	}
	cmd.Flags().StringVar(&o.RegistryFile, "registry-file", "", "the --registry-file of the original: checkpoints go where it was, and start from it")
	return cmd
}

// maxInput bounds what is read from files that are given to a command.
const maxInput = 16 << 20

// readInput reads a file, or stdin for "-".
func readInput(cmd *cobra.Command, file string) (name string, text []byte, err error) {
	if file == "-" {
		text, err = io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxInput))
		return "stdin", text, err
	}
	f, err := os.Open(file)
	if err != nil {
		return file, nil, err
	}
	defer f.Close()
	text, err = io.ReadAll(io.LimitReader(f, maxInput))
	return file, text, err
}

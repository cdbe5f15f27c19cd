// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"github.com/spf13/cobra"

	"github.com/restaudit/otelcol-audit/distribution/auditcli/internal/schema"
)

// schemaCommand prints the JSON Schema for editors.
func schemaCommand() *cobra.Command {
	var collector bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the restaudit receiver, for editors",
		Long: `Prints the JSON Schema of the section of a restaudit receiver; with --collector one for a whole configuration
file, in which other components are not described. With the YAML language server, put into the first line:
# yaml-language-server: $schema=restaudit.schema.json`,
		Example: "  otelcol-audit schema --collector > restaudit.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write := schema.Receiver
			if collector {
				write = schema.Collector
			}
			text, err := write()
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&collector, "collector", false, "for a whole configuration file")
	return cmd
}

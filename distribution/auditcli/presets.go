// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/presets"
)

// presetsCommand shows the catalogue.
func presetsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "presets",
		Short: "Show the catalogue of vendor logs",
		Args:  cobra.NoArgs,
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List all presets",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return listPresets(cmd.OutOrStdout()) },
	}, &cobra.Command{
		Use:   "show NAME",
		Short: "Show what is known about a preset, and its configuration",
		Args:  oneArg("the name of a preset, as `presets list` shows it"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return presets.Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := presets.Get(args[0])
			if err != nil {
				return err
			}
			return showPreset(cmd.OutOrStdout(), p)
		},
	})
	return cmd
}

func listPresets(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tTITLE\tCONFIDENCE")
	for _, name := range presets.Names() {
		p, err := presets.Get(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", p.Name, p.Title, p.Confidence)
	}
	return table.Flush()
}

// showPreset prints the facts, what a user writes, and what that stands for.
func showPreset(w io.Writer, p presets.Preset) error {
	fmt.Fprintf(w, "%s (%s)\n\n", p.Title, p.Name)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, fact := range [][2]string{
		{"API", p.Docs},
		{"needs", p.Needs},
		{"confidence", p.Confidence},
		{"rate limit", p.RateLimit},
		{"retention", p.Retention},
		{"lateness", p.Lateness},
		{"order", p.Order},
	} {
		if fact[1] != "" {
			fmt.Fprintf(table, "%s:\t%s\n", fact[0], strings.Join(strings.Fields(fact[1]), " "))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if err := showParams(w, p); err != nil {
		return err
	}
	if p.Setup != "" {
		fmt.Fprintf(w, "\nAt the vendor:\n%s", indented(p.Setup, "  "))
	}
	for _, note := range p.Notes {
		fmt.Fprintf(w, "\nNote: %s\n", strings.TrimSpace(note))
	}
	fmt.Fprintf(w, "\nWhat to write:\n\n%s", indented("receivers:\n  restaudit/"+p.Name+":\n"+indented(p.Minimal(), "    "), "  "))
	full, err := yamlText(p.Config)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nWhat it stands for; a key that you write replaces the preset's:\n\n%s", indented(full, "  "))
	return nil
}

// showParams prints what a user gives as params.
func showParams(w io.Writer, p presets.Preset) error {
	if len(p.Params) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\nParams:\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(p.Params)) {
		param := p.Params[name]
		text := strings.Join(strings.Fields(param.Description), " ")
		if param.Default != nil {
			text += "; default " + *param.Default
		}
		if param.List {
			text += "; a list makes a source for each"
		}
		fmt.Fprintf(table, "  %s\t%s\n", name, text)
	}
	return table.Flush()
}

// yamlText writes a value as YAML, indented by two.
func yamlText(v any) (string, error) {
	var b strings.Builder
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(v); err != nil {
		return "", err
	}
	return b.String(), encoder.Close()
}

// indented puts prefix before each line that has something on it.
func indented(text, prefix string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if line != "" {
			b.WriteString(prefix)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// needsSubcommand is what a command does that only groups others.
func needsSubcommand(cmd *cobra.Command, _ []string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return fmt.Errorf("write what to do: %s %s", cmd.CommandPath(), strings.Join(names, "|"))
}

// oneArg wants exactly one argument and says what it is.
func oneArg(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return errors.New("one argument is needed: " + what)
		}
		return nil
	}
}

// onlyConfig wants no argument: the configuration is named by its flag.
func onlyConfig(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is one argument too many: write --config %s", args[0], args[0])
	}
	return nil
}

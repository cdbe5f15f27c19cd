// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"flag"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/pipeline"

	"github.com/restaudit/otelcol-audit/distribution/auditcli/internal/lint"
)

// validateCommand is the Collector's validate, which then also judges whether
// the pipelines of restaudit receivers can lose events (F41).
func validateCommand(set otelcol.CollectorSettings) *cobra.Command {
	var flags configFlags
	var strict bool
	cmd := &cobra.Command{
		Use:   "validate --config FILE",
		Short: "Check a configuration, and whether its pipelines can lose events",
		Long: `Checks the configuration as the Collector does, without running it. Then judges each pipeline that has a
restaudit receiver: queues, processors, retries and exporters that accept an event before the destination has it
make the receiver's checkpoint run ahead. What is found is a warning; with --strict it is an error. An extension
that a receiver names and that is not started is an error: the Collector would not start.`,
		Args: onlyConfig,
		RunE: func(cmd *cobra.Command, _ []string) error {
			own, err := flags.apply(set)
			if err != nil {
				return err
			}
			collector, err := otelcol.NewCollector(own)
			if err != nil {
				return err
			}
			if err := collector.DryRun(cmd.Context()); err != nil {
				return err
			}
			l, err := flags.load(cmd.Context(), set)
			if err != nil {
				return err
			}
			if len(l.sources()) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "The configuration is valid. It has no restaudit receiver, so no pipeline was judged.")
				return nil
			}
			findings := lint.Judge(l.lintConfig())
			printFindings(cmd.OutOrStdout(), findings)
			if n := lint.Count(findings, lint.Error); n > 0 {
				return fmt.Errorf("the Collector will not start with this configuration: it has %s", count(n, "error"))
			}
			if n := lint.Count(findings, lint.Warning); strict && n > 0 {
				return fmt.Errorf("the configuration is valid, but has %s (--strict)", count(n, "warning"))
			}
			return nil
		},
	}
	flags.register(cmd)
	gates := flag.NewFlagSet("", flag.ContinueOnError)
	featuregate.GlobalRegistry().RegisterFlags(gates)
	cmd.Flags().AddGoFlagSet(gates)
	cmd.Flags().BoolVar(&strict, "strict", false, "fail when there are warnings")
	return cmd
}

// lintConfig is the part of the configuration that is judged.
func (l *loaded) lintConfig() lint.Config {
	c := lint.Config{
		Receivers: l.group("receivers", l.config.Receivers), Processors: l.group("processors", l.config.Processors),
		Exporters: l.group("exporters", l.config.Exporters), Connectors: l.group("connectors", l.config.Connectors),
		Extensions: l.group("extensions", l.config.Extensions), Started: texts(l.config.Service.Extensions),
	}
	for id, p := range l.config.Service.Pipelines {
		if id.Signal() != pipeline.SignalLogs {
			continue
		}
		c.Pipelines = append(c.Pipelines, lint.Pipeline{
			ID: id.String(), Receivers: texts(p.Receivers), Processors: texts(p.Processors), Exporters: texts(p.Exporters),
		})
	}
	return c
}

func (l *loaded) group(name string, configs map[component.ID]component.Config) map[string]lint.Component {
	written := l.written.ToStringMap()
	group, _ := written[name].(map[string]any)
	all := make(map[string]lint.Component, len(configs))
	for id, cfg := range configs {
		c := lint.Component{ID: id.String(), Config: section(cfg)}
		c.Written, _ = group[c.ID].(map[string]any)
		all[c.ID] = c
	}
	return all
}

func texts(ids []component.ID) []string {
	all := make([]string, 0, len(ids))
	for _, id := range ids {
		all = append(all, id.String())
	}
	return all
}

// printFindings prints a table of one record for each finding: lines of this
// length do not fit side by side.
func printFindings(w io.Writer, findings []lint.Finding) {
	for _, f := range findings {
		fmt.Fprintf(w, "%-8s %s\n", f.Level, f.Key)
		fmt.Fprintf(w, "  why:   %s\n  write: %s\n", f.Why, f.Write)
	}
	warnings := lint.Count(findings, lint.Warning)
	switch notes := lint.Count(findings, lint.Note); {
	case lint.Count(findings, lint.Error) > 0: // the command's own error says it
	case warnings > 0 && notes == 0:
		fmt.Fprintf(w, "The configuration is valid, with %s.\n", count(warnings, "warning"))
	case warnings > 0:
		fmt.Fprintf(w, "The configuration is valid, with %s and %s.\n", count(warnings, "warning"), count(notes, "note"))
	case notes > 0:
		fmt.Fprintf(w, "The configuration is valid, with %s.\n", count(notes, "note"))
	default:
		fmt.Fprintln(w, "The configuration is valid. An event counts as delivered when the destination has it.")
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// checkpointCommand looks at checkpoints and changes them.
func checkpointCommand(set otelcol.CollectorSettings) *cobra.Command {
	c := &checkpoints{set: set}
	cmd := &cobra.Command{
		Use:   "checkpoint",
		Short: "Look at the positions of sources, and change them",
		Long: `Works on the storage that the configuration names. list and show change nothing. The others ask before they
change something (--yes answers), keep the state before as state.prev (reset: as state.reset), and refuse while a collector has the
checkpoint. In S3 that is known from its lease, which is watched for one ttl if it was not given up; without a lease from when the
checkpoint was stored last: a collector that was killed may still run, until 10 minutes and a poll_interval have passed.
--force goes on all the same, and a collector that does have it stops polling the source until it is restarted.`,
		Args: cobra.NoArgs,
		RunE: needsSubcommand,
	}
	cmd.AddCommand(c.list(), c.show(), c.rewind(), c.setCommand(), c.reset(), c.importCommand())
	return cmd
}

// checkpoints is what the sub-commands share.
type checkpoints struct {
	set   otelcol.CollectorSettings
	flags configFlags
	yes   bool
	force bool
}

// changing adds the flags of a command that changes something.
func (c *checkpoints) changing(cmd *cobra.Command) *cobra.Command {
	c.flags.register(cmd)
	cmd.Flags().BoolVarP(&c.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&c.force, "force", false, "take a checkpoint in S3 from a collector that may still run; its source stops")
	return cmd
}

const sourceArg = "the source, such as restaudit/okta, or restaudit/github[org=acme] of a list"

func (c *checkpoints) list() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list --config FILE",
		Short: "List the positions of all sources",
		Args:  onlyConfig,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := c.flags.load(cmd.Context(), c.set)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "SOURCE\tSTORAGE\tLOW WATERMARK\tNEWEST EVENT\tCURSOR\tUPDATED\tNOTE")
			for _, id := range l.sources() {
				for _, part := range l.parts(id) {
					fmt.Fprintf(table, "%s\t%s\n", part.SourceName(id.String()), l.row(cmd.Context(), id, part, cmd.ErrOrStderr()))
				}
			}
			return table.Flush()
		},
	}
	c.flags.register(cmd)
	return cmd
}

// row describes the checkpoint of one source in a line of the list.
func (l *loaded) row(ctx context.Context, id component.ID, part restauditreceiver.Part, log io.Writer) string {
	s, err := l.storeToRead(ctx, id, part, log)
	if err != nil {
		return "-\t-\t-\t-\t-\t" + printable(firstLine(err.Error()))
	}
	v, err := s.read(ctx)
	err = errors.Join(err, s.close(ctx))
	switch {
	case err != nil:
		return fmt.Sprintf("%s\t-\t-\t-\t-\t%s", s.id, printable(firstLine(err.Error())))
	case v.Err != nil:
		return fmt.Sprintf("%s\t-\t-\t-\t-\t%s", s.id, printable(firstLine(v.Err.Error())))
	case v.State == nil:
		return fmt.Sprintf("%s\t-\t-\t-\t-\tnone yet: it starts at start_at", s.id)
	}
	st := v.State
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", s.id, stamp(st.Low), stamp(st.LastTimestamp), orDash(cut(printable(st.Cursor), 24)), stamp(st.UpdatedAt), printable(v.Note))
}

func (c *checkpoints) show() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show SOURCE --config FILE",
		Short: "Show the position of a source",
		Args:  oneArg(sourceArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := c.flags.load(cmd.Context(), c.set)
			if err != nil {
				return err
			}
			id, part, err := l.part(args[0])
			if err != nil {
				return err
			}
			s, err := l.storeToRead(cmd.Context(), id, part, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			v, err := s.read(cmd.Context())
			if err := errors.Join(err, s.close(cmd.Context())); err != nil {
				return err
			}
			return showView(cmd.OutOrStdout(), s.name(), v, raw)
		},
	}
	c.flags.register(cmd)
	cmd.Flags().BoolVar(&raw, "raw", false, "print the state as it is stored: JSON")
	return cmd
}

func showView(w io.Writer, source string, v view, raw bool) error {
	switch {
	case v.Err != nil:
		return fmt.Errorf("the checkpoint of %s can't be used: %w. To start anew: otelcol-audit checkpoint reset %s", source, v.Err, source)
	case v.State == nil:
		fmt.Fprintf(w, "%s has no checkpoint yet: it starts at its start_at\n", source)
		return nil
	case raw:
		fmt.Fprintln(w, printableJSON(string(v.Raw)))
		return nil
	}
	st := v.State
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "%s:\t%s\n", name, printable(value))
		}
	}
	line("source", source)
	line("low watermark", stamp(st.Low)+"  (no event before it is owed)")
	line("newest event", stamp(st.LastTimestamp))
	line("cursor", orDash(st.Cursor))
	line("began at", stamp(st.Begin))
	if walk := st.Walk; walk != nil {
		line("window under way", fmt.Sprintf("%s to %s, %s, %s", stamp(walk.From), stamp(walk.To), count(walk.Pages, "page"), count(walk.Records, "record")))
	}
	for _, g := range st.Gaps {
		line("gap to report", strings.Join(nonEmpty(g.Reason, stamp(g.From)+" to "+stamp(g.To), g.Detail), ", "))
	}
	remembered := 0
	for _, chunk := range st.Seen.Set.Chunks {
		remembered += chunk.Count
	}
	line("remembered", count(remembered, "delivered event"))
	line("updated", stamp(st.UpdatedAt))
	line("note", v.Note)
	return table.Flush()
}

// confirm asks whether to go on, unless --yes has answered.
func (c *checkpoints) confirm(cmd *cobra.Command, question string) error {
	if c.yes {
		return nil
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s\nGo on? [y/N] ", question)
	answer, _ := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 100)).ReadString('\n') // the end of the input is a no
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	fmt.Fprintln(cmd.ErrOrStderr())
	return errors.New("nothing was changed: answer y, or add --yes")
}

// clockSlack is how far ahead of this machine's clock a time may be that is meant
// to be past.
const clockSlack = 24 * time.Hour

// moment reads a time: RFC 3339, or a duration back from now. No source can go on
// from a time in the future: it would poll nothing until then, without a word.
func moment(flag, text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		if t.After(time.Now().Add(clockSlack)) {
			return time.Time{}, fmt.Errorf("--%s is %s, which is in the future: write a time in the past (is the clock of this machine right?)", flag, text)
		}
		return t.UTC(), nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return time.Now().UTC().Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("--%s is %q: write a time such as 2026-01-31T00:00:00Z, or a duration back such as 24h", flag, text)
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-3]) + "..."
	}
	return s
}

func orDash(s string) string { return first(s, "-") }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

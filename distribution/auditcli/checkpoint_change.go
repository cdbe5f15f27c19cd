// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/component"

	"github.com/restaudit/otelcol-audit/distribution/auditcli/internal/edit"
	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

func (c *checkpoints) rewind() *cobra.Command {
	var to string
	var redeliver bool
	cmd := &cobra.Command{
		Use:   "rewind SOURCE --to TIME --config FILE",
		Short: "Make a source begin again at an earlier time",
		Long: `The low watermark goes back, cursor and window are dropped. Events that the source remembers as delivered are
not sent again; with --redeliver they are, with the same uid.`,
		Args: oneArg(sourceArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := moment("to", to)
			if err != nil {
				return err
			}
			return c.change(cmd, args[0], func(_ *restauditreceiver.Config, st *checkpoint.State) error {
				return edit.Rewind(st, at, redeliver)
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "where to begin again: a time, or a duration back from now")
	cmd.Flags().BoolVar(&redeliver, "redeliver", false, "send what was delivered again")
	return c.changing(cmd)
}

func (c *checkpoints) setCommand() *cobra.Command {
	var low, cursor string
	cmd := &cobra.Command{
		Use:   "set SOURCE [--low TIME] [--cursor TOKEN] --config FILE",
		Short: "Set the low watermark or the cursor of a source",
		Long: `--low sets the low watermark and drops cursor and window; events that a later one leaves out are reported as a
gap record. --cursor sets the position of a source that keeps one (pagination::persistent).`,
		Args: oneArg(sourceArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			setLow, setCursor := cmd.Flags().Changed("low"), cmd.Flags().Changed("cursor")
			if !setLow && !setCursor {
				return errors.New("write what to set: --low TIME, --cursor TOKEN or both")
			}
			var at time.Time
			if setLow {
				var err error
				if at, err = moment("low", low); err != nil {
					return err
				}
			}
			return c.change(cmd, args[0], func(cfg *restauditreceiver.Config, st *checkpoint.State) error {
				if setLow {
					edit.SetLow(st, at)
				}
				if !setCursor {
					return nil
				}
				if !cfg.Pagination.Persistent {
					return errors.New("the source keeps no cursor over polls (`pagination::persistent` is not set): use --low")
				}
				return edit.SetCursor(st, cfg.Pagination.Type, cursor)
			})
		},
	}
	cmd.Flags().StringVar(&low, "low", "", "the low watermark: a time, or a duration back from now")
	cmd.Flags().StringVar(&cursor, "cursor", "", `the cursor, link, offset or page to go on from; "" drops it`)
	return c.changing(cmd)
}

// change edits the state of a source: read, edit, ask, write.
func (c *checkpoints) change(cmd *cobra.Command, name string, edit func(*restauditreceiver.Config, *checkpoint.State) error) (err error) {
	ctx := cmd.Context()
	s, cfg, err := c.openSource(cmd, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.takeOver(ctx, c.force, cmd.ErrOrStderr()); err != nil {
		return err
	}
	keeper := checkpoint.NewStore(s.client)
	found, err := keeper.Load(ctx)
	if err != nil {
		return withRemedy(err, s.name())
	}
	var before, after checkpoint.State
	if found.State != nil {
		before, after = *found.State, *found.State
	}
	after.Seen.Garbage = nil // what the loaded state names is deleted with this commit
	if err := edit(cfg, &after); err != nil {
		return err
	}
	after.Generation++
	after.UpdatedAt = time.Now().UTC()
	if err := c.confirm(cmd, s.question()+difference(before, after)); err != nil {
		return err
	}
	if err := keeper.Save(ctx, checkpoint.Commit{State: after}); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: changed.%s\n", s.name(), difference(before, after))
	if found.State != nil {
		fmt.Fprintln(cmd.OutOrStdout(), "The state before is kept as state.prev.")
	}
	return nil
}

// withRemedy offers to start anew where nothing else is left. A storage that can't
// be reached, or a newer version's state, is no reason to forget a position.
func withRemedy(err error, source string) error {
	if errors.Is(err, checkpoint.ErrCorrupt) {
		return fmt.Errorf("%w. To start anew: otelcol-audit checkpoint reset %s", err, source)
	}
	return err
}

// openSource finds a source and opens its checkpoint.
func (c *checkpoints) openSource(cmd *cobra.Command, name string) (*store, *restauditreceiver.Config, error) {
	ctx := cmd.Context()
	l, err := c.flags.load(ctx, c.set)
	if err != nil {
		return nil, nil, err
	}
	id, part, err := l.part(name)
	if err != nil {
		return nil, nil, err
	}
	s, err := l.opened(ctx, cmd, id, part)
	return s, part.Config, err
}

func (l *loaded) opened(ctx context.Context, cmd *cobra.Command, id component.ID, part restauditreceiver.Part) (*store, error) {
	s, err := l.storeOf(ctx, id, part, cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}
	return s, nil
}

// question begins the question whether to change a checkpoint.
func (s *store) question() string {
	text := fmt.Sprintf("This changes the checkpoint of %s in %s.", s.name(), s.id)
	if s.id.Type().String() == "s3checkpoint" {
		text += " A collector without a lease that uses it stops."
	}
	return text
}

// difference lists what an edit changes.
func difference(before, after checkpoint.State) string {
	text := ""
	add := func(name, from, to string) {
		if from != to {
			text += fmt.Sprintf("\n  %s: %s -> %s", name, printable(from), printable(to))
		}
	}
	add("low watermark", stamp(before.Low), stamp(after.Low))
	add("began at", stamp(before.Begin), stamp(after.Begin))
	add("cursor", position(before), position(after))
	add("window under way", yesNo(before.Walk != nil), yesNo(after.Walk != nil))
	add("gaps to report", fmt.Sprint(len(before.Gaps)), fmt.Sprint(len(after.Gaps)))
	add("remembers what was delivered", yesNo(len(before.Seen.Set.Chunks) > 0), yesNo(len(after.Seen.Set.Chunks) > 0))
	return text
}

func position(s checkpoint.State) string {
	switch at := s.Position; {
	case at.Offset > 0:
		return fmt.Sprintf("offset %d", at.Offset)
	case at.Page > 0:
		return fmt.Sprintf("page %d", at.Page)
	default:
		return orDash(at.Token())
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (c *checkpoints) reset() *cobra.Command {
	return c.changing(&cobra.Command{
		Use:   "reset SOURCE --config FILE",
		Short: "Forget the position of a source: it begins at start_at again",
		Long: `Works on a state that can't be read, too; a file of file_storage that is damaged as a whole has to be moved away. The state is kept as state.reset, where the source does not look.
Events since start_at are delivered again, with the same uid.`,
		Args: oneArg(sourceArg),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx := cmd.Context()
			s, _, err := c.openSource(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.close(ctx)) }()
			if err := c.confirm(cmd, s.question()+"\n  the position is forgotten: the source begins at its start_at again"); err != nil {
				return err
			}
			if err := s.takeOver(ctx, c.force, cmd.ErrOrStderr()); err != nil {
				return err
			}
			if err := checkpoint.NewStore(s.client).Reset(ctx); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: reset. It begins at its start_at. The state before is kept as %s.\n", s.name(), checkpoint.KeyReset)
			return nil
		},
	})
}

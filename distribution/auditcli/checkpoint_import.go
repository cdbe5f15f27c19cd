// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/component"

	"github.com/restaudit/otelcol-audit/distribution/auditcli/internal/edit"
	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

func (c *checkpoints) importCommand() *cobra.Command {
	var pairs []string
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "import REGISTRY.JSON --config FILE",
		Short: "Take the positions over from Flicker's registry",
		Long: `Reads {"version":1,"api_sources":{NAME:{"last_timestamp":...}}}. The source restaudit/NAME, or the one that --map
names, goes on from that time; the overlap covers what the original left out there. "-" reads from stdin:
aws s3 cp s3://company-logs/registry.json - | otelcol-audit checkpoint import - --config otel.yaml`,
		Args: oneArg("the registry file, or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, text, err := readInput(cmd, args[0])
			if err != nil {
				return err
			}
			registry, err := edit.ParseRegistry(text)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return c.importAll(cmd, registry, pairs, overwrite)
		},
	}
	cmd.Flags().StringArrayVar(&pairs, "map", nil, "NAME=SOURCE, where the source has another name than in the registry")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace the positions of sources that have a checkpoint")
	return c.changing(cmd)
}

func (c *checkpoints) importAll(cmd *cobra.Command, registry edit.Registry, pairs []string, overwrite bool) error {
	l, err := c.flags.load(cmd.Context(), c.set)
	if err != nil {
		return err
	}
	targets, err := l.targets(registry, pairs)
	if err != nil {
		return err
	}
	question := "This sets the position of:"
	names := slices.Sorted(maps.Keys(targets))
	for _, name := range names {
		question += fmt.Sprintf("\n  %s: %s", targets[name], stamp(registry[name].Low))
	}
	if err := c.confirm(cmd, question); err != nil {
		return err
	}
	for _, name := range names {
		text, err := c.importOne(cmd, l, targets[name], registry[name], overwrite)
		if err != nil {
			return fmt.Errorf("%s: %w", targets[name], err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", targets[name], text)
	}
	for _, name := range slices.Sorted(maps.Keys(registry)) {
		if _, ok := targets[name]; !ok {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: left out, there is no source of that name: add --map '%s=restaudit/...'\n", printable(name), printable(name))
		}
	}
	return nil
}

// targets finds the source for each name of the registry.
func (l *loaded) targets(registry edit.Registry, pairs []string) (map[string]component.ID, error) {
	targets := map[string]component.ID{}
	for _, id := range l.sources() {
		if _, ok := registry[id.Name()]; ok {
			targets[id.Name()] = id
		}
	}
	for _, pair := range pairs {
		name, source, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("--map %q must look like NAME=SOURCE", pair)
		}
		if _, ok := registry[name]; !ok {
			return nil, fmt.Errorf("--map %q: the registry has no %q, it has %s", pair, name, strings.Join(slices.Sorted(maps.Keys(registry)), ", "))
		}
		id, err := l.source(source)
		if err != nil {
			return nil, fmt.Errorf("--map %q: %w", pair, err)
		}
		targets[name] = id
	}
	taken := map[component.ID]string{}
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		id := targets[name]
		if other, twice := taken[id]; twice {
			return nil, fmt.Errorf("%s would get two positions, of %s and of %s", id, other, name)
		}
		taken[id] = name
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("no name of the registry (%s) is a source of the configuration: add --map NAME=SOURCE", strings.Join(slices.Sorted(maps.Keys(registry)), ", "))
	}
	return targets, nil
}

func (c *checkpoints) importOne(cmd *cobra.Command, l *loaded, id component.ID, st checkpoint.State, overwrite bool) (text string, err error) {
	ctx := cmd.Context()
	// Where params are lists, all parts go on from what lies under the source's own
	// name.
	s, err := l.opened(ctx, cmd, id, restauditreceiver.Part{})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.takeOver(ctx, c.force, cmd.ErrOrStderr()); err != nil {
		return "", err
	}
	keeper := checkpoint.NewStore(s.client)
	found, err := keeper.Load(ctx)
	if err != nil {
		return "", err
	}
	if found.State != nil && !overwrite {
		return "it has a checkpoint already, which is kept (--overwrite replaces it)", nil
	}
	if found.State != nil {
		// What is owed beside the position stays: gap records, uids. What the
		// registry leaves out is a gap.
		low := st.Low
		st = *found.State
		st.Seen.Garbage = nil // what the loaded state names is deleted with this commit
		edit.SetLow(&st, low)
	}
	st.Generation++
	st.UpdatedAt = time.Now().UTC()
	return "goes on from " + stamp(st.Low), keeper.Save(ctx, checkpoint.Commit{State: st})
}

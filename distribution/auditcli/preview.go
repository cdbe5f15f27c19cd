// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/restaudit/otelcol-audit/distribution/auditcli/internal/preview"
)

// previewFormats are the values of --output.
var previewFormats = []string{"table", "json", "otlp"}

// previewCommand is a dry run of one source.
func previewCommand(set otelcol.CollectorSettings) *cobra.Command {
	var flags configFlags
	var output, startAt string
	var pages int
	var useRefreshToken bool
	cmd := &cobra.Command{
		Use:   "preview SOURCE --config FILE",
		Short: "Show what a source would ask and emit, without sending anything on",
		Long: `Runs one restaudit receiver of the configuration against its vendor and shows the requests (without secrets),
the records as they would be emitted, what the filter leaves out, and where the next poll would go on from.
Nothing is sent on, no state is read or written: it starts at the source's start_at.`,
		Example: "  otelcol-audit preview restaudit/okta --config otel.yaml --start-at 1h",
		Args:    oneArg("the source, such as restaudit/okta"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(previewFormats, output) {
				return fmt.Errorf("--output %q is not known: write one of %s", output, strings.Join(previewFormats, ", "))
			}
			if pages < 1 {
				return fmt.Errorf("--pages must be 1 or more, not %d", pages)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			l, err := flags.load(ctx, set)
			if err != nil {
				return err
			}
			id, part, err := l.part(args[0])
			if err != nil {
				return err
			}
			l.config.Receivers[id] = part.Config
			result, err := preview.Run(ctx, preview.Settings{
				Factories: l.factories, Config: l.config, Source: id, BuildInfo: set.BuildInfo,
				Pages: pages, StartAt: startAt, UseRefreshToken: useRefreshToken,
			})
			if errors.Is(err, preview.ErrRotates) {
				return fmt.Errorf("%w: stop the collector, and add --use-refresh-token", err)
			}
			if result == nil {
				return err
			}
			if err := printPreview(cmd.OutOrStdout(), cmd.ErrOrStderr(), output, part.SourceName(id.String()), result); err != nil {
				return err
			}
			return previewError(result)
		},
	}
	flags.register(cmd)
	cmd.Flags().IntVar(&pages, "pages", 3, "how many pages to get at most")
	cmd.Flags().StringVarP(&output, "output", "o", "table", "how to show it: table, json or otlp (OTLP JSON, a line for each page)")
	cmd.Flags().StringVar(&startAt, "start-at", "", "where to start, in place of the source's start_at")
	cmd.Flags().BoolVar(&useRefreshToken, "use-refresh-token", false, "preview a source that has a refresh token, which may use it up")
	return cmd
}

// previewError makes a preview that got no page at all fail.
func previewError(r *preview.Result) error {
	for _, x := range r.Exchanges {
		if x.ForPage && x.Status >= 200 && x.Status < 300 && len(r.Problems) == 0 {
			return nil
		}
	}
	if len(r.Problems) == 0 {
		return nil
	}
	return errors.New(printable(problemText(r.Problems[len(r.Problems)-1])))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/otelcol"
)

// configFlags are --config and --set, which mean what they mean to the
// Collector itself.
type configFlags struct{ configs, sets []string }

func (f *configFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.configs, "config", nil, "the Collector's configuration: a file, or a URI such as env:NAME; several are merged")
	cmd.Flags().StringArrayVar(&f.sets, "set", nil, "a key of the configuration and its value, as in --set=service.telemetry.logs.level=debug")
}

// apply returns the Collector's settings with the locations that were given.
func (f *configFlags) apply(set otelcol.CollectorSettings) (otelcol.CollectorSettings, error) {
	resolver := &set.ConfigProviderSettings.ResolverSettings
	if len(f.configs) > 0 {
		resolver.URIs = f.configs
	}
	if len(resolver.URIs) == 0 {
		return set, errors.New("no configuration is given: add --config otel.yaml")
	}
	resolver.URIs = append([]string(nil), resolver.URIs...)
	for _, s := range f.sets {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return set, fmt.Errorf("--set %q has no value: write --set=key.key=value", s)
		}
		key = strings.ReplaceAll(strings.TrimSpace(key), ".", "::")
		resolver.URIs = append(resolver.URIs, "yaml:"+key+": "+strings.TrimSpace(value))
	}
	if resolver.DefaultScheme == "" {
		resolver.DefaultScheme = "env"
	}
	return set, nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// sourceType is the component type of the restaudit receiver.
const sourceType = "restaudit"

// loaded is a configuration that was read, but not checked as a whole.
type loaded struct {
	set       otelcol.CollectorSettings
	factories otelcol.Factories
	config    *otelcol.Config
	// written is the configuration as the user wrote it, without defaults.
	written *confmap.Conf
}

// load reads the configuration that the flags name.
func (f *configFlags) load(ctx context.Context, set otelcol.CollectorSettings) (l *loaded, err error) {
	l = &loaded{}
	if l.set, err = f.apply(set); err != nil {
		return nil, err
	}
	if l.factories, err = set.Factories(); err != nil {
		return nil, err
	}
	resolver, err := confmap.NewResolver(l.set.ConfigProviderSettings.ResolverSettings)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, resolver.Shutdown(ctx)) }()
	if l.written, err = resolver.Resolve(ctx); err != nil {
		return nil, fmt.Errorf("the configuration can't be read: %w", err)
	}
	provider, err := otelcol.NewConfigProvider(l.set.ConfigProviderSettings)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, provider.Shutdown(ctx)) }()
	if l.config, err = provider.Get(ctx, l.factories); err != nil {
		return nil, err
	}
	return l, nil
}

// sources are the ids of the restaudit receivers, sorted.
func (l *loaded) sources() []component.ID {
	var ids []component.ID
	for id := range l.config.Receivers {
		if id.Type().String() == sourceType {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b component.ID) int { return strings.Compare(a.String(), b.String()) })
	return ids
}

// source finds a receiver by its id, or by its name alone.
func (l *loaded) source(name string) (component.ID, error) {
	var names []string
	for _, id := range l.sources() {
		if id.String() == name || id.Name() == name {
			return id, nil
		}
		names = append(names, id.String())
	}
	if len(names) == 0 {
		return component.ID{}, errors.New("the configuration has no restaudit receiver")
	}
	return component.ID{}, fmt.Errorf("the configuration has no source %q: write one of %s", name, strings.Join(names, ", "))
}

// parts are the sources of a receiver; none where its lists are not valid.
func (l *loaded) parts(id component.ID) []restauditreceiver.Part {
	cfg, ok := l.config.Receivers[id].(*restauditreceiver.Config)
	if !ok {
		return nil
	}
	return cfg.Parts()
}

// part finds a receiver, and the part of it that the name says: the one in
// brackets, or the only one.
func (l *loaded) part(name string) (component.ID, restauditreceiver.Part, error) {
	receiver, wanted, _ := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	id, err := l.source(receiver)
	if err != nil {
		return id, restauditreceiver.Part{}, err
	}
	var names []string
	for _, part := range l.parts(id) {
		if part.Name == wanted {
			return id, part, nil
		}
		names = append(names, part.SourceName(id.String()))
	}
	if len(names) > maxNames {
		names = append(names[:maxNames], "...")
	}
	return id, restauditreceiver.Part{}, fmt.Errorf("%q is none of the sources of %s: write one of %s", name, id, strings.Join(names, ", "))
}

// maxNames is how many names an error lists.
const maxNames = 10

// section returns a configuration with all its defaults as a map. Secrets are
// blanked out.
func section(cfg component.Config) map[string]any {
	conf := confmap.New()
	if cfg == nil || conf.Marshal(cfg) != nil {
		return map[string]any{}
	}
	return conf.ToStringMap()
}

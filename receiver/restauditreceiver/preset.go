// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"go.opentelemetry.io/collector/confmap"

	"github.com/restaudit/otelcol-audit/presets"
)

// The resource attributes that say where a record comes from.
const (
	attributeVendor = "restaudit.vendor"
	attributeLog    = "restaudit.log"
	attributeSource = "restaudit.source"
)

// plain is Config without its methods, so that decoding does not come back here.
type plain Config

// applyPreset lays a preset's config over the defaults; the user's keys follow.
func (c *Config) applyPreset(name string) error {
	p, err := presets.Get(name)
	if err != nil {
		return err
	}
	conf := confmap.NewFromStringMap(p.Config)
	c.expandDefaults(conf)
	if err := conf.Unmarshal((*plain)(c)); err != nil {
		return err
	}
	for param, spec := range p.Params {
		if spec.Default != nil {
			setDefault(&c.Params, param, Texts{Text(*spec.Default)})
		}
	}
	setDefault(&c.ResourceAttributes, attributeVendor, Text(p.Vendor))
	setDefault(&c.ResourceAttributes, attributeLog, Text(p.Log))
	return nil
}

func setDefault[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	if _, set := (*m)[key]; !set {
		(*m)[key] = value
	}
}

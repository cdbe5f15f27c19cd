// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/restaudit/otelcol-audit/presets"
)

// validateParams checks that the preset has the values that it asks for, and
// that it asks for the values that it has.
func (c *Config) validateParams() error {
	if c.Preset == "" {
		return nil
	}
	p, err := presets.Get(c.Preset)
	if err != nil {
		return fmt.Errorf("`preset`: %w", err)
	}
	known := slices.Sorted(maps.Keys(p.Params))
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		if !slices.Contains(known, name) && !c.fills(name) {
			return fmt.Errorf("`params::%s` is not a param of preset %s, and {params.%s} stands nowhere: %s", name, c.Preset, name, paramsOf(known))
		}
	}
	for _, name := range known {
		spec := p.Params[name]
		if c.params()[name] == "" && spec.Default == nil && c.mentions("{params."+name+"}") {
			return fmt.Errorf("`params::%s` is missing: preset %s needs it, %s; such as %s", name, c.Preset, strings.TrimSpace(spec.Description), spec.Example)
		}
	}
	return c.validateHostParams()
}

func paramsOf(known []string) string {
	if len(known) == 0 {
		return "it has none; take it out"
	}
	return "its params are `" + strings.Join(known, "`, `") + "`"
}

// fills tells whether the param has a say in anything.
func (c *Config) fills(name string) bool {
	if c.uses(name) {
		return true
	}
	for _, value := range c.ResourceAttributes {
		if strings.Contains(string(value), "{params."+name+"}") {
			return true
		}
	}
	return false
}

// validateHostParams finds a value that repeats what follows it in the host:
// acme.okta.com where acme is asked for.
func (c *Config) validateHostParams() error {
	_, rest, _ := strings.Cut(c.ClientConfig.Endpoint, "://")
	host, _, _ := strings.Cut(rest, "/")
	before, after, _ := strings.Cut(host, "}")
	name, alone := strings.CutPrefix(before, "{params.")
	for _, value := range c.Params[name] {
		if part, repeated := strings.CutSuffix(string(value), after); alone && strings.HasPrefix(after, ".") && repeated {
			return fmt.Errorf("`params::%s` is %q, and `endpoint` has %s behind it already: write %s", name, value, after, part)
		}
	}
	return nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// maxParts is how many sources the lists of one configuration may make.
const maxParts = 1000

// Part is one of the sources that a configuration with lists of params makes.
type Part struct {
	// Name tells the parts apart: org=acme. It depends on the part's own values
	// alone, not on what else is listed. "" where no param is a list.
	Name string
	// Config is the part's own: none of its params is a list.
	Config *Config
}

// Parts are the sources of a valid configuration: one for each combination of
// the values that are listed; the configuration itself where none are.
func (c *Config) Parts() []Part {
	if len(c.lists) == 0 {
		return []Part{{Name: c.part, Config: c}}
	}
	chosen := []map[string]Text{{}}
	for _, name := range c.lists {
		var longer []map[string]Text
		for _, values := range chosen {
			for _, value := range c.Params[name] {
				one := maps.Clone(values)
				one[name] = value
				longer = append(longer, one)
			}
		}
		chosen = longer
	}
	parts := make([]Part, len(chosen))
	for i, values := range chosen {
		one := c.with(values)
		one.part = partName(values)
		parts[i] = Part{Name: one.part, Config: one}
	}
	return parts
}

// with is the configuration with single values for its lists.
func (c *Config) with(values map[string]Text) *Config {
	one := *c
	one.lists = nil
	one.Params = maps.Clone(c.Params)
	for name, value := range values {
		one.Params[name] = Texts{value}
	}
	return &one
}

// partName writes the values in the order of their names: org=acme,type=a%2Cb.
func partName(values map[string]Text) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(string(values[name])))
	}
	return strings.Join(pairs, ",")
}

// maxStorageName leaves room for the rest of a file's name, where a character
// may take five.
const maxStorageName = 64

// StorageName is what the storage extension calls the part's checkpoint.
func (p Part) StorageName() string {
	if len(p.Name) <= maxStorageName {
		return p.Name
	}
	sum := sha256.Sum256([]byte(p.Name))
	return p.Name[:maxStorageName-17] + "." + hex.EncodeToString(sum[:8])
}

// SourceName is what a part of a receiver is called: restaudit/okta[org=acme].
func (p Part) SourceName(receiver string) string {
	if p.Name == "" {
		return receiver
	}
	return receiver + "[" + p.Name + "]"
}

// params are the single values of the params.
func (c *Config) params() map[string]string {
	if c.Params == nil {
		return nil
	}
	out := make(map[string]string, len(c.Params))
	for name, values := range c.Params {
		if len(values) > 0 {
			out[name] = string(values[0])
		}
	}
	return out
}

// listParams finds the params that are written as lists: a list of one is a
// list, too, as it may grow.
func listParams(conf *confmap.Conf) []string {
	params, _ := conf.Get("params").(map[string]any)
	var names []string
	for name, value := range params {
		if _, list := value.([]any); list {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// validateLists checks what makes the parts, before there are any.
func (c *Config) validateLists() error {
	count := 1
	for _, name := range c.lists {
		values := c.Params[name]
		if len(values) == 0 {
			return fmt.Errorf("`params::%s` is an empty list: write its values, or one value", name)
		}
		for i, value := range values {
			if value == "" {
				return fmt.Errorf("`params::%s::%d` is empty: write a value, or take it out", name, i)
			}
			if slices.Contains(values[:i], value) {
				return fmt.Errorf("`params::%s` has %q twice: each value is a source of its own", name, value)
			}
		}
		if !c.uses(name) {
			return fmt.Errorf("`params::%s` is a list, but {params.%s} stands nowhere in the request: each value would read the same log", name, name)
		}
		if count *= len(values); count > maxParts {
			return fmt.Errorf("`params::%s` and the lists before make more than %d sources: share them out over several receivers", name, maxParts)
		}
	}
	return c.validateListedCredentials()
}

// uses tells whether the param has a say in what is asked.
func (c *Config) uses(name string) bool {
	placeholder := "{params." + name + "}"
	return c.mentions(placeholder) || c.Credentials.Mentions(placeholder) || c.Expand.mentions(placeholder)
}

// validateListedCredentials refuses one refresh token for several accounts: the
// vendor replaces it at each use.
func (c *Config) validateListedCredentials() error {
	o := c.Credentials.OAuth2
	if o == nil || (o.RefreshToken == "" && o.RefreshTokenFile == "") {
		return nil
	}
	for _, name := range c.lists {
		if c.Credentials.Mentions("{params." + name + "}") {
			return fmt.Errorf("`params::%s` is a list that `credentials::oauth2` uses, but there is one refresh token: write a receiver for each value", name)
		}
	}
	return nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxInput bounds the file: a configuration is small.
const maxInput = 1 << 20

// lines are the lines of the keys, by their path: api_sources[0].endpoint.
type lines map[string]int

// decode reads a configuration. It refuses what Flicker does not have.
func decode(data []byte) (config, lines, error) {
	var cfg config
	if len(data) > maxInput {
		return cfg, nil, errors.New("the file is larger than 1 MiB: is it a configuration?")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return cfg, nil, clean(err)
	}
	if len(doc.Content) == 0 {
		return cfg, nil, errors.New("the file is empty")
	}
	walk := checker{at: lines{}}
	if err := walk.check(doc.Content[0], reflect.TypeFor[config](), ""); err != nil {
		return cfg, nil, err
	}
	if err := doc.Decode(&cfg); err != nil {
		return cfg, nil, clean(err)
	}
	if len(cfg.APISources) == 0 {
		return cfg, nil, errors.New("there are no `api_sources`: otelcol-audit polls APIs; for files and containers the Collector has receivers of its own")
	}
	return cfg, walk.at, nil
}

// clean takes the names of Go types out of an error of the YAML library.
func clean(err error) error {
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		return errors.New(strings.Join(typed.Errors, "; "))
	}
	return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
}

// maxNodes bounds what aliases can make of a small file.
const maxNodes = 1 << 20

// checker notes the line of each key.
type checker struct {
	at    lines
	nodes int
}

// check refuses keys that t does not have.
func (c *checker) check(n *yaml.Node, t reflect.Type, path string) error {
	if c.nodes++; c.nodes > maxNodes {
		return errors.New("the file has too many aliases")
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[yaml.Node]() || n.ShortTag() == "!!null" {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return c.checkKeys(n, t, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			return fmt.Errorf("line %d: `%s` must be a list", n.Line, path)
		}
		for i, item := range n.Content {
			if err := c.check(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) checkKeys(n *yaml.Node, t reflect.Type, path string) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: `%s` must be a section with keys", n.Line, orRoot(path))
	}
	c.at[path] = n.Line
	fields := map[string]reflect.Type{}
	var names []string
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("yaml")
		fields[name], names = t.Field(i).Type, append(names, name)
	}
	slices.Sort(names)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, ok := fields[key.Value]
		if !ok {
			return fmt.Errorf("line %d: Flicker has no key `%s` in `%s`: its keys are %s", key.Line, key.Value, orRoot(path), strings.Join(names, ", "))
		}
		inner := join(path, key.Value)
		c.at[inner] = key.Line
		if err := c.check(n.Content[i+1], field, inner); err != nil {
			return err
		}
	}
	return nil
}

func orRoot(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// line finds the line of a key, or of what it is in.
func (at lines) line(path string) int {
	for path != "" {
		if n, ok := at[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 1
}

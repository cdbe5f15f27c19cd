// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package schema is the JSON Schema of the restaudit receiver's configuration,
// for editors.
//
// The schema is generated from the receiver's Go types: their mapstructure
// tags, their defaults, and the comments on their fields. The package does not
// replace the receiver's own checks, which know more.
package schema

//go:generate go test -run TestSchemaIsUpToDate . -update

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"

	"github.com/restaudit/otelcol-audit/presets"
)

//go:embed restaudit.schema.json
var generated []byte

// Receiver is the schema of one receiver's section. The presets of this program
// are filled in: they change more often than the receiver does.
func Receiver() ([]byte, error) {
	section, err := withPresets()
	if err != nil {
		return nil, err
	}
	return text(section)
}

// Collector is a schema for a whole configuration file. Only its restaudit
// receivers are described.
func Collector() ([]byte, error) {
	section, err := withPresets()
	if err != nil {
		return nil, err
	}
	dialect, defs := section["$schema"], section["$defs"]
	for _, key := range []string{"$schema", "$id", "$defs"} {
		delete(section, key)
	}
	return text(map[string]any{
		"$schema": dialect, "$defs": defs, "title": "Collector configuration with restaudit receivers", "type": "object",
		"properties": map[string]any{"receivers": map[string]any{
			"type": "object", "patternProperties": map[string]any{"^restaudit(/.+)?$": section},
		}},
	})
}

// Reference is a regular expression for where any value may come from:
// ${env:NAME}, ${file:PATH}.
const Reference = `\$\{.+\}`

func withPresets() (map[string]any, error) {
	var section map[string]any
	if err := json.Unmarshal(generated, &section); err != nil {
		return nil, err
	}
	properties, _ := section["properties"].(map[string]any)
	preset, ok := properties["preset"].(map[string]any)
	if !ok {
		return nil, errors.New("the schema has no property preset")
	}
	preset["anyOf"] = []any{
		map[string]any{"enum": presets.Names()}, map[string]any{"type": "string", "pattern": Reference},
	}
	return section, nil
}

// text writes a schema; the order of keys is that of their names.
func text(schema map[string]any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(schema)
	return b.Bytes(), err
}

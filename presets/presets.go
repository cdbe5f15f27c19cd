// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package presets is the catalogue: for each vendor log the default
// configuration of a source, as data, with what a person needs to know about it.
//
// A preset is a folder with a preset.yaml, fixtures in the vendor's documented
// shape and the OTLP that they must give. The package only reads them; the
// receiver lays a preset's config under the user's keys.
package presets

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed */preset.yaml
var files embed.FS

// Preset is one catalogue entry.
type Preset struct {
	// Name is the folder's name, and what a user writes as `preset`.
	Name string `yaml:"-"`
	// Title is the log's name as the vendor writes it.
	Title string `yaml:"title"`
	// Vendor and Log identify the log; they become resource attributes.
	Vendor string `yaml:"vendor"`
	Log    string `yaml:"log"`
	// Docs is the vendor's documentation of the API.
	Docs string `yaml:"docs"`
	// Needs is the vendor's plan or licence that the API is part of; "" = any.
	Needs string `yaml:"needs"`
	// Confidence says how well the facts are established: high, medium or low.
	Confidence string `yaml:"confidence"`
	// Setup is what to do at the vendor: the least privilege and where to click.
	Setup string `yaml:"setup"`
	// Credentials shows the `credentials` that a user writes, as YAML.
	Credentials string `yaml:"credentials"`
	// Also shows further keys that a user writes, as YAML: a second key in `headers`.
	Also string `yaml:"also"`
	// RateLimit, Retention, Lateness and Order are facts for people.
	RateLimit string `yaml:"rate_limit"`
	Retention string `yaml:"retention"`
	Lateness  string `yaml:"lateness"`
	Order     string `yaml:"order"`
	// Notes are what else to know.
	Notes []string `yaml:"notes"`
	// Params are the values that the user gives.
	Params map[string]Param `yaml:"params"`
	// Config is a part of a receiver's configuration.
	Config map[string]any `yaml:"config"`
}

// Param is a value that the user gives as `params::NAME`.
type Param struct {
	Description string `yaml:"description"`
	Example     string `yaml:"example"`
	// Default is used when the user gives none; without it the param is required.
	Default *string `yaml:"default"`
	// List says that one credential usually reads the logs of several values: a
	// list of them makes a source for each.
	List bool `yaml:"list"`
}

// Get reads the preset of that name. The error of an unknown name lists the
// nearest ones.
func Get(name string) (Preset, error) {
	data, err := fs.ReadFile(files, path.Join(name, "preset.yaml"))
	if err != nil || strings.ContainsAny(name, "/.") {
		return Preset{}, fmt.Errorf("there is no preset %q: %s", name, suggestion(name))
	}
	p := Preset{Name: name}
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil {
		return Preset{}, fmt.Errorf("preset %q: %w", name, err)
	}
	return p, nil
}

// Names lists all presets, sorted.
func Names() []string {
	entries, err := fs.Glob(files, "*/preset.yaml")
	if err != nil {
		return nil // the pattern is a constant
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, path.Dir(entry))
	}
	slices.Sort(names)
	return names
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package pages

import (
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"
)

// known is a log that is known to have an API.
type known struct {
	Log string `yaml:"log"`
	// Presets read it. There are several where one API has several logs.
	Presets []string `yaml:"presets"`
	// Unpolled says that nothing reads it: unpolled.yaml has the reason.
	Unpolled bool `yaml:"unpolled"`
}

// readYAML reads one of the catalogue's tables.
func readYAML(files fs.FS, name string, into any) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// share counts the logs, and those that a preset reads.
func share(logs []known) (withPreset, all int) {
	for _, l := range logs {
		if !l.Unpolled {
			withPreset++
		}
	}
	return withPreset, len(logs)
}

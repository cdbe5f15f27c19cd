// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
)

// bom is the part of CycloneDX 1.6 that is written. It has no time and no serial
// number: the same sources make the same file.
type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type     string   `json:"type"`
	Ref      string   `json:"bom-ref"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	PURL     string   `json:"purl"`
	Licences []choice `json:"licenses,omitempty"`
}

type choice struct {
	Licence licence `json:"license"`
}

type licence struct {
	ID string `json:"id"`
}

// billOfMaterials is the SBOM of the distribution.
func billOfMaterials(version string, modules []module) ([]byte, error) {
	b := bom{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{described("application", module{
		Path: own, Version: version, Licences: []string{"Apache-2.0"},
	})}}
	std := module{Path: "std", Version: strings.TrimPrefix(runtime.Version(), "go"), Licences: []string{"BSD-3-Clause"}}
	for _, m := range append([]module{std}, modules...) {
		b.Components = append(b.Components, described("library", m))
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("bill of materials: %w", err)
	}
	return append(text, '\n'), nil
}

func described(kind string, m module) component {
	purl := "pkg:golang/" + m.Path + "@" + strings.ReplaceAll(m.Version, "+", "%2B")
	c := component{Type: kind, Ref: purl, Name: m.Path, Version: m.Version, PURL: purl}
	for _, id := range m.Licences {
		c.Licences = append(c.Licences, choice{licence{id}})
	}
	return c
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presets

import (
	"maps"
	"slices"
	"strings"
)

// Minimal is the shortest configuration of a receiver with this preset, as YAML:
// the examples stand for the params that have no default, environment variables
// for the secrets.
//
//	preset: okta
//	params: {org: acme}
//	credentials: {header: "SSWS ${env:OKTA_API_TOKEN}"}
//	storage: file_storage
func (p Preset) Minimal() string {
	var b strings.Builder
	b.WriteString("preset: " + p.Name + "\n")
	var params []string
	for _, name := range slices.Sorted(maps.Keys(p.Params)) {
		if p.Params[name].Default == nil {
			params = append(params, name+": "+quoted(p.Params[name].Example))
		}
	}
	if len(params) > 0 {
		b.WriteString("params: {" + strings.Join(params, ", ") + "}\n")
	}
	switch text := strings.TrimSpace(p.Credentials); {
	case text == "":
	case !strings.Contains(text, "\n"):
		b.WriteString("credentials: {" + text + "}\n")
	default:
		b.WriteString("credentials:\n  " + strings.ReplaceAll(text, "\n", "\n  ") + "\n")
	}
	if text := strings.TrimSpace(p.Also); text != "" {
		b.WriteString(text + "\n")
	}
	b.WriteString("storage: file_storage\n")
	return b.String()
}

// quoted writes a YAML scalar for a flow mapping: quoted unless it is a word.
func quoted(s string) string {
	for i := range len(s) {
		c := s[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if i > 0 && (c == '-' || c == '.' || c >= '0' && c <= '9') {
				continue
			}
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
	}
	if s == "" || slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s)) {
		return `"` + s + `"`
	}
	return s
}

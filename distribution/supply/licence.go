// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// texts are sentences that only one licence has, with the licence's SPDX name. A
// file may hold several licences.
var texts = []struct{ id, sentence string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"CC0-1.0", "cc0 1.0 universal"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
	{"AGPL-3.0", "gnu affero general public license"},
	{"LGPL-3.0", "gnu lesser general public license"},
	{"GPL-3.0", "gnu general public license"},
	{"EPL-2.0", "eclipse public license"},
	{"SSPL-1.0", "server side public license"},
	{"BUSL-1.1", "business source license"},
	{"Elastic-2.0", "elastic license"},
}

// bsd is what all BSD licences have; the third clause tells them apart.
const (
	bsd       = "redistributions of source code must retain the above copyright notice"
	bsdThird  = "may be used to endorse or promote products"
	bsdThird2 = "nor the names of its contributors"
)

// allowed are the licences that a binary under Apache-2.0 may be linked from.
// MPL-2.0 asks for the source of its own files, which is public.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "Unlicense"}

// licences returns the SPDX names of all licences in some files; none if a text
// is unknown.
func licences(files map[string]string) []string {
	found := map[string]bool{}
	for name, text := range files {
		if strings.HasPrefix(strings.ToLower(name), "notice") {
			continue
		}
		text = strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, "license, version", "license version"))), " ")
		// Apache-2.0 and MPL-2.0 speak of other licences.
		if id := foundIn(text[:min(len(text), 200)], texts[:1]); len(id) > 0 {
			found[id[0]] = true
			text = text[:0]
		}
		for _, id := range foundIn(text, texts) {
			found[id] = true
		}
		switch {
		case !strings.Contains(text, bsd):
		case strings.Contains(text, bsdThird), strings.Contains(text, bsdThird2):
			found["BSD-3-Clause"] = true
		default:
			found["BSD-2-Clause"] = true
		}
		if found["MPL-2.0"] {
			maps.DeleteFunc(found, func(id string, _ bool) bool { return strings.Contains(id, "GPL") })
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func foundIn(text string, list []struct{ id, sentence string }) []string {
	var ids []string
	for _, l := range list {
		if strings.Contains(strings.ReplaceAll(text, "license, version", "license version"), l.sentence) {
			ids = append(ids, l.id)
		}
	}
	return ids
}

// licenceTexts is the file that goes with a binary: the notices of all modules.
func licenceTexts(version string, modules []module) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "otelcol-audit %s is made with the following modules.\n", version)
	for _, m := range modules {
		fmt.Fprintf(&b, "\n%s\n%s %s (%s)\n", strings.Repeat("=", 80), m.Path, m.Version, strings.Join(m.Licences, " AND "))
		for _, name := range slices.Sorted(maps.Keys(m.Files)) {
			fmt.Fprintf(&b, "\n--- %s ---\n%s\n", name, strings.TrimSpace(m.Files[name]))
		}
	}
	return b.Bytes(), nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestConvertGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/convert/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var o Options
			switch name {
			case "published", "every_key":
				o.RegistryFile = "s3://company-logs/flicker/registry.json"
			case "custom":
				o.RegistryFile = "/var/lib/flicker/registry.json"
			}
			result, err := Convert(text, o)
			require.NoError(t, err)
			var warnings strings.Builder
			for _, w := range result.Warnings {
				fmt.Fprintf(&warnings, "line %d: %s: %s\n", w.Line, w.Key, w.Text)
			}
			golden(t, "testdata/convert/"+name+".golden", string(result.YAML))
			golden(t, "testdata/convert/"+name+".warnings", warnings.String())
			var parsed map[string]any
			assert.NoError(t, yaml.Unmarshal(result.YAML, &parsed))
		})
	}
}

func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run the test with -update to write the file")
	assert.Equal(t, string(want), text)
}

// one is a source with the lines given.
func one(lines ...string) string {
	all := append([]string{
		"api_sources:", "  - name: a", "    endpoint: https://a.example.com/log", "    polling_frequency_ms: 1000",
		"    results_field: data", "    timestamp_field: at", "    destination: {type: file, path: /tmp/x}",
	}, lines...)
	return strings.Join(all, "\n") + "\n"
}

func TestConvertErrorsNameTheLine(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"an unknown key":                     {one("    page_sice: 3"), "line 8: Flicker has no key `page_sice` in `api_sources[0]`: its keys are api_key, "},
		"an unknown key at the root":         {one("destinations: []"), "line 8: Flicker has no key `destinations` in `the file`"},
		"an unknown key of a destination":    {one("    pagination: {kind: offset}"), "line 8: Flicker has no key `kind` in `api_sources[0].pagination`"},
		"a list that is none":                {"api_sources: 7\n", "line 1: `api_sources` must be a list"},
		"a section that is none":             {"api_sources: [7]\n", "line 1: `api_sources[0]` must be a section"},
		"a number that is none":              {one("    buffer_size: many"), "line 8: cannot unmarshal"},
		"no name":                            {"api_sources:\n  - endpoint: x\n", "line 2: `api_sources[0]`: `name` is missing"},
		"no destination":                     {"api_sources:\n  - {name: a, endpoint: x, polling_frequency_ms: 1}\n", "`destination` is missing"},
		"no interval":                        {"api_sources:\n  - {name: a, endpoint: x}\n", "`polling_frequency_ms` is missing"},
		"two sources of one name":            {one("  - {name: a, endpoint: x, polling_frequency_ms: 1, destination: {}}"), "line 8: `api_sources[1].name`: another source has the name a already"},
		"a type of pagination that is none":  {one("    pagination: {pagination_type: link}"), "line 8: `api_sources[0].pagination.pagination_type`: Flicker has no type \"link\""},
		"a type of destination that is none": {"api_sources:\n  - name: a\n    endpoint: x\n    polling_frequency_ms: 1\n    destination:\n      type: splunk\n", "line 6: `api_sources[0].destination.type`: Flicker has no type \"splunk\""},
		"a destination without its address":  {"api_sources:\n  - {name: a, endpoint: x, polling_frequency_ms: 1, destination: {type: http}}\n", "`endpoint` is missing"},
		"a time format that is none":         {one("    time_filter_param: since", "    time_filter_format: rfc822"), "line 9: `api_sources[0].time_filter_format`: Flicker has no format \"rfc822\""},
		"an expression that Go lacks":        {one("    match_on: ['(?=x)']"), "line 8: `api_sources[0].match_on`: the regular expression"},
		"an empty file":                      {"", "the file is empty"},
		"nothing to poll":                    {"log_files: []\n", "there are no `api_sources`"},
		"no YAML":                            {"a: b: c", "mapping values are not allowed"},
		"a file that is no configuration":    {strings.Repeat("#", maxInput+1), "larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Convert([]byte(tc.in), Options{})
			require.Error(t, err)
			assert.Contains(t, err.Error(), tc.want)
		})
	}
}

func TestRegistryFileMustBeAnObject(t *testing.T) {
	_, err := Convert([]byte(one()), Options{RegistryFile: "s3://bucket"})
	assert.ErrorContains(t, err, "must look like s3://bucket/key")
}

func TestTextKeepsDollarsAndVariables(t *testing.T) {
	for in, want := range map[string]string{
		"${OKTA_TOKEN}":   "${env:OKTA_TOKEN}",
		"${env:X} and $y": "${env:X} and $$y",
		"a$":              "a$$",
		"${not-a-name}":   "$${not-a-name}",
		"$${X}":           "$$${env:X}",
		"plain":           "plain",
	} {
		assert.Equal(t, want, text(in), in)
	}
}

func FuzzConvert(f *testing.F) {
	files, err := filepath.Glob("testdata/convert/*.yaml")
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(one("    match_on: ['${']", "    headers: {a: &x b, c: *x}")))
	f.Add([]byte("api_sources: &a [*a]"))
	f.Fuzz(func(t *testing.T, in []byte) {
		result, err := Convert(in, Options{})
		if err != nil {
			return
		}
		var parsed map[string]any
		require.NoError(t, yaml.Unmarshal(result.YAML, &parsed), string(result.YAML))
	})
}

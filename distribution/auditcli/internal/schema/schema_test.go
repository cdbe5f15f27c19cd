// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/presets"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

var update = flag.Bool("update", false, "write the schema anew")

const (
	root      = "../../../../"
	published = root + "docs/restaudit.schema.json"
)

func TestSchemaIsUpToDate(t *testing.T) {
	module := "github.com/restaudit/otelcol-audit/"
	found, err := readComments(map[string]string{
		module + "receiver/restauditreceiver": root + "receiver/restauditreceiver",
		module + "internal/auth":              root + "internal/auth",
	})
	require.NoError(t, err)
	g := &generator{comments: found, words: words()}
	want, err := text(g.document(restauditreceiver.NewFactory().CreateDefaultConfig()))
	require.NoError(t, err)
	for _, file := range []string{"restaudit.schema.json", published} {
		if *update {
			require.NoError(t, os.WriteFile(file, want, 0o600))
		}
		have, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(have), "%s is not up to date: run `go generate ./...` in distribution", file)
	}
}

func compiled(t *testing.T, schema func() ([]byte, error)) *jsonschema.Schema {
	t.Helper()
	text, err := schema()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, yaml.Unmarshal([]byte(text), &v), text)
	return v
}

func TestPresetsFitTheSchema(t *testing.T) {
	s := compiled(t, Receiver)
	for _, name := range presets.Names() {
		p, err := presets.Get(name)
		require.NoError(t, err)
		assert.NoError(t, s.Validate(parsed(t, p.Minimal())), name)
		full, err := yaml.Marshal(p.Config)
		require.NoError(t, err)
		assert.NoError(t, s.Validate(parsed(t, string(full))), name)
	}
}

func TestShippedConfigsFitTheSchema(t *testing.T) {
	s := compiled(t, Collector)
	files, err := filepath.Glob("../../../config/*.yaml")
	require.NoError(t, err)
	more, err := filepath.Glob("../../../config/flicker/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range append(files, more...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NoError(t, s.Validate(parsed(t, string(text))), file)
	}
	assert.Error(t, s.Validate(parsed(t, "receivers: {restaudit/x: {presset: okta}}")))
	assert.NoError(t, s.Validate(parsed(t, "receivers: {otlp: {presset: okta}}")))
}

func TestMistakesDoNotFitTheSchema(t *testing.T) {
	s := compiled(t, Receiver)
	for name, text := range map[string]string{
		"an unknown key":            "pol_interval: 30s",
		"an unknown key deep below": "time_filter: {sweep: {ever: 24h}}",
		"a duration without a unit": `poll_interval: "30"`,
		"a word that is none":       "pagination: {type: links}",
		"a preset that is none":     "preset: nope",
		"a list in place of a text": "endpoint: [a]",
		"a text in place of a flag": "allow_http: perhaps",
	} {
		assert.Error(t, s.Validate(parsed(t, text)), name)
	}
	for name, text := range map[string]string{
		"a variable in place of a number": `pagination: {page_size: "${env:SIZE}"}`,
		"one path":                        "response: {records: data, id: [a, b]}",
		"a number as a query value":       "request: {query: {limit: 5, all: true}}",
		"one rule":                        "response: {error_when: {path: ok, equals: false}}",
		"several rules":                   "response: {error_when: [{status: [200], path: ok}]}",
		"an auth extension":               "auth: {authenticator: oauth2client}",
		"a secret in a file":              "credentials: {bearer_file: /run/secrets/token}",
		"headers":                         "headers: {X-Tenant: a}",
		"an empty section":                "storage:",
	} {
		assert.NoError(t, s.Validate(parsed(t, text)), name)
	}
}

// TestWords holds that the receiver takes each word that the schema lists, and
// names all of them when it refuses another.
func TestWords(t *testing.T) {
	for key, list := range words() {
		refusal := errorWith(t, key, "no-such-word")
		assert.Contains(t, refusal, key)
		for _, word := range list {
			assert.Contains(t, refusal, word, key)
			assert.NotContains(t, errorWith(t, key, word), "write one of", key)
		}
	}
}

func errorWith(t *testing.T, key, word string) string {
	t.Helper()
	section := map[string]any{"endpoint": "https://api.example.com/log"}
	at := section
	parts := strings.Split(key, "::")
	for _, part := range parts[:len(parts)-1] {
		inner := map[string]any{}
		at[part] = inner
		at = inner
	}
	at[parts[len(parts)-1]] = word
	cfg := restauditreceiver.NewFactory().CreateDefaultConfig()
	err := confmap.NewFromStringMap(section).Unmarshal(cfg)
	if err == nil {
		err = confmap.Validate(cfg)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

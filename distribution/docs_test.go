// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol"
	"go.yaml.in/yaml/v3"
)

const root = ".."

// document is one Markdown file that users read.
type document struct {
	name string // from the repository's root, with slashes
	text string
}

// block is one fenced block of a document.
type block struct {
	line     int // of its first line
	language string
	text     string
}

// documents are the pages of the repository. What the generator writes into a
// component's folder is not among them.
func documents(t *testing.T) []document {
	t.Helper()
	names := []string{
		"README.md", "SECURITY.md", "CONTRIBUTING.md",
		"receiver/restauditreceiver/README.md", "extension/s3checkpoint/README.md",
	}
	err := fs.WalkDir(os.DirFS(root), "docs", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
		return err
	})
	require.NoError(t, err)
	docs := make([]document, 0, len(names))
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		require.NoError(t, err)
		docs = append(docs, document{name, string(text)})
	}
	return docs
}

// blocks cuts out the fenced blocks.
func (d document) blocks() []block {
	var (
		out    []block
		inside bool
	)
	for i, line := range strings.Split(d.text, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && !inside:
			out = append(out, block{line: i + 2, language: fence})
			inside = true
		case isFence:
			inside = false
		case inside:
			out[len(out)-1].text += line + "\n"
		}
	}
	return out
}

// forBlocks runs check on each block of one of the languages.
func forBlocks(t *testing.T, check func(t *testing.T, d document, b block), languages ...string) {
	t.Helper()
	for _, d := range documents(t) {
		for _, b := range d.blocks() {
			if slices.Contains(languages, b.language) {
				t.Run(d.name+":"+b.text[:strings.IndexByte(b.text+"\n", '\n')], func(t *testing.T) { check(t, d, b) })
			}
		}
	}
}

// TestDocumentedYAML holds every YAML block to the code: a config with a service
// passes `otelcol-audit validate`, a part of one is taken by its components, a
// part of a source by the receiver.
func TestDocumentedYAML(t *testing.T) {
	factories, err := components()
	require.NoError(t, err)
	forBlocks(t, func(t *testing.T, d document, b block) {
		text := withoutEnv(b.text)
		var top map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(text), &top), "%s:%d", d.name, b.line)
		switch {
		case top["service"] != nil && top["receivers"] != nil:
			assert.NoError(t, validate(t, text), "%s:%d", d.name, b.line)
		case isManifest(top):
			checkManifest(t, top)
		case isSource(top, factories):
			cfg := factories.Receivers[component.MustNewType("restaudit")].CreateDefaultConfig()
			assert.NoError(t, confmap.NewFromStringMap(top).Unmarshal(&cfg), "%s:%d", d.name, b.line)
		default:
			checkParts(t, top, factories)
		}
	}, "yaml")
}

var environment = regexp.MustCompile(`\$\{env:(\w+)(?::-([^}]*))?\}`)

// withoutEnv puts the default, or a text with the name, in the place of an environment variable.
func withoutEnv(text string) string {
	return environment.ReplaceAllStringFunc(text, func(match string) string {
		parts := environment.FindStringSubmatch(match)
		if strings.Contains(match, ":-") {
			return parts[2]
		}
		return valueOf(parts[1])
	})
}

// valueOf is what a variable without a default is in tests: an address where its
// name says so.
func valueOf(variable string) string {
	if strings.HasSuffix(variable, "_ENDPOINT") || strings.HasSuffix(variable, "_URL") {
		return "https://env.example.com"
	}
	return "env-" + variable
}

// validate runs the program's own command. Strict: no page shows a config that can lose events.
func validate(t *testing.T, config string) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "otel.yaml")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	command := newCommand(settings())
	command.SetArgs([]string{"validate", "--strict", "--config", file})
	command.SetOut(io.Discard)
	command.SetErr(io.Discard)
	return command.Execute()
}

// isSource tells whether the block is a part of a source: all its keys are the receiver's.
func isSource(top map[string]any, factories otelcol.Factories) bool {
	keys := map[string]bool{}
	for key := range configKeys(factories) {
		name, _, _ := strings.Cut(key, "::")
		keys[name] = true
	}
	for key := range top {
		if !keys[key] {
			return false
		}
	}
	return true
}

// checkParts unmarshals each component of a partial config. What is complete is
// validated too: processors, exporters, and sources that say what they poll.
func checkParts(t *testing.T, top map[string]any, factories otelcol.Factories) {
	t.Helper()
	for section, create := range map[string]func(component.Type) (component.Config, bool){
		"receivers":  creator(factories.Receivers),
		"processors": creator(factories.Processors),
		"exporters":  creator(factories.Exporters),
		"extensions": creator(factories.Extensions),
		"connectors": creator(factories.Connectors),
	} {
		parts, _ := top[section].(map[string]any)
		for name, part := range parts {
			var id component.ID
			require.NoError(t, id.UnmarshalText([]byte(name)))
			cfg, known := create(id.Type())
			require.True(t, known, "%s::%s: otelcol-audit has no such component", section, name)
			keys, _ := part.(map[string]any)
			giveKey(t, keys)
			require.NoError(t, confmap.NewFromStringMap(keys).Unmarshal(&cfg), "%s::%s", section, name)
			complete := section == "processors" || section == "exporters" ||
				id.Type().String() == "restaudit" && (keys["preset"] != nil || keys["endpoint"] != nil)
			if complete {
				assert.NoError(t, confmap.Validate(cfg), "%s::%s", section, name)
			}
		}
	}
}

// giveKey puts a private key where a page takes one from the environment: what
// stands for other secrets is no key.
func giveKey(t *testing.T, source map[string]any) {
	t.Helper()
	credentials, _ := source["credentials"].(map[string]any)
	oauth2, _ := credentials["oauth2"].(map[string]any)
	if text, _ := oauth2["private_key"].(string); !strings.HasPrefix(text, "env-") {
		return
	}
	_, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	oauth2["private_key"] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// creator makes default configs from one kind of factories.
func creator[F component.Factory](factories map[component.Type]F) func(component.Type) (component.Config, bool) {
	return func(typ component.Type) (component.Config, bool) {
		factory, ok := factories[typ]
		if !ok {
			return nil, false
		}
		return factory.CreateDefaultConfig(), true
	}
}

// isManifest tells whether the block is one for the Collector's builder.
func isManifest(top map[string]any) bool {
	_, isList := top["receivers"].([]any)
	return isList || top["dist"] != nil
}

// checkManifest compares the modules of a manifest with those that we ship.
func checkManifest(t *testing.T, top map[string]any) {
	t.Helper()
	shipped, err := os.ReadFile(filepath.Join(root, "builder-config.yaml"))
	require.NoError(t, err)
	for section, list := range top {
		parts, _ := list.([]any)
		for _, part := range parts {
			entry, _ := part.(map[string]any)
			module, _ := entry["gomod"].(string)
			name, version, _ := strings.Cut(module, " ")
			if name != "" && strings.Contains(string(shipped), name+" v") && !strings.HasPrefix(name, "github.com/restaudit/") {
				assert.Contains(t, string(shipped), name+" "+version+"\n", "%s: another version than builder-config.yaml", section)
			}
			if path, _ := entry["import"].(string); path != "" {
				assert.Contains(t, string(shipped), "import: "+path+"\n")
			}
		}
	}
}

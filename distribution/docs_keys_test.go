// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// documentedKey is the row of a key in docs/configuration.md:
//
//	| `group::key` | type | default | meaning |
var documentedKey = regexp.MustCompile("(?m)^\\| `([a-z0-9_:]+)` \\|([^|]*)\\|([^|]*)\\|[^|]*\\|$")

// TestConfigurationReference holds docs/configuration.md to the receiver's
// Config: the same keys, with the defaults that they have.
func TestConfigurationReference(t *testing.T) {
	factories, err := components()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "configuration.md"))
	require.NoError(t, err)
	documented := map[string]string{}
	for _, row := range documentedKey.FindAllStringSubmatch(string(text), -1) {
		assert.NotContains(t, documented, row[1], "documented twice")
		documented[row[1]] = strings.TrimSpace(row[3])
	}
	keys := configKeys(factories)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		cell, ok := documented[key]
		if assert.True(t, ok, "%s is missing in docs/configuration.md", key) {
			checkDefault(t, key, cell, keys[key])
		}
	}
	for key := range documented {
		_, ok := keys[key]
		assert.True(t, ok, "%s is in docs/configuration.md, and no key of the receiver", key)
	}
}

// checkDefault compares the default in the page with the one in the code, where
// the code has one. A default that only follows from other keys is the page's own.
func checkDefault(t *testing.T, key, cell string, value reflect.Value) {
	t.Helper()
	if !value.IsValid() || value.IsZero() || value.Type() == reflect.TypeFor[component.ID]() {
		return
	}
	written := strings.Trim(cell, "`")
	switch value.Kind() {
	case reflect.Int64:
		if value.Type() == reflect.TypeFor[time.Duration]() {
			d, err := time.ParseDuration(written)
			assert.NoError(t, err, key)
			assert.Equal(t, time.Duration(value.Int()), d, key)
			return
		}
		if strings.HasSuffix(written, "MiB") {
			assert.Equal(t, fmt.Sprintf("%dMiB", value.Int()>>20), written, key)
			return
		}
		assert.Equal(t, fmt.Sprint(value.Int()), written, key)
	case reflect.Bool, reflect.Int, reflect.Float64, reflect.String:
		assert.Equal(t, fmt.Sprint(value.Interface()), written, key)
	}
}

// configKeys are the keys of the receiver's config with their defaults; an
// invalid value stands for a key below a map, a list or an optional part.
func configKeys(factories otelcol.Factories) map[string]reflect.Value {
	cfg := reflect.ValueOf(factories.Receivers[component.MustNewType("restaudit")].CreateDefaultConfig()).Elem()
	keys := map[string]reflect.Value{}
	collectKeys(keys, "", cfg.Type(), cfg)
	return keys
}

func collectKeys(keys map[string]reflect.Value, prefix string, typ reflect.Type, value reflect.Value) {
	for i := range typ.NumField() {
		field := typ.Field(i)
		tag, ok := field.Tag.Lookup("mapstructure")
		if !ok {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		var at reflect.Value
		if value.IsValid() {
			at = value.Field(i)
		}
		if strings.Contains(options, "squash") {
			collectKeys(keys, prefix, field.Type, at)
			continue
		}
		inner, ours := innerStruct(field.Type, typ)
		if !ours || (prefix != "" && inner == reflect.TypeFor[restauditreceiver.PaginationConfig]()) { // documented once
			keys[prefix+name] = at
			continue
		}
		if field.Type.Kind() != reflect.Struct {
			at = reflect.Value{}
		}
		collectKeys(keys, prefix+name+"::", inner, at)
	}
}

// innerStruct finds the struct of a key that has keys of its own, behind
// pointers and lists. The parts of confighttp are documented upstream.
func innerStruct(typ, parent reflect.Type) (reflect.Type, bool) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || parent == reflect.TypeFor[confighttp.ClientConfig]() {
		return nil, false
	}
	for i := range typ.NumField() {
		if tag := typ.Field(i).Tag.Get("mapstructure"); tag != "" && tag != "-" {
			return typ, true
		}
	}
	return nil, false
}

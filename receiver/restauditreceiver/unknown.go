// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"

	"github.com/restaudit/otelcol-audit/presets"
)

// ours is how the types begin whose keys are looked at; those of the Collector
// judge themselves.
const ours = "github.com/restaudit/"

// unknownKeys finds the keys of a configuration that mean nothing, and says for
// each what may be meant. The Collector refuses them too, but names neither the
// whole key nor another one.
func unknownKeys(conf *confmap.Conf) error {
	config := reflect.TypeFor[Config]()
	places := map[string]string{}
	collectKeys(config, "", places)
	var errs []error
	walkKeys(conf.ToStringMap(), config, "", func(path, key string, siblings []string) {
		errs = append(errs, fmt.Errorf("`%s%s` is not a key: %s", path, key, meant(key, siblings, places)))
	})
	return errors.Join(errs...)
}

// meant says what to write instead of an unknown key.
func meant(key string, siblings []string, places map[string]string) string {
	if place, ok := places[key]; ok {
		return fmt.Sprintf("write it as `%s`", place)
	}
	if strings.HasPrefix(key, "polling_") || strings.HasSuffix(key, "_field") {
		return "a configuration of the original product is read by `otelcol-audit convert`"
	}
	return fmt.Sprintf("did you mean `%s`? docs/configuration.md lists the keys", presets.Nearest(key, siblings)[0])
}

// walkKeys tells of each key in raw that t does not have, in their order.
func walkKeys(raw map[string]any, t reflect.Type, path string, unknown func(path, key string, siblings []string)) {
	known := keysOf(t)
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		field, ok := known[key]
		if !ok {
			unknown(path, key, slices.Sorted(maps.Keys(known)))
			continue
		}
		section := sectionOf(field)
		if section == nil {
			continue
		}
		switch value := raw[key].(type) {
		case map[string]any:
			walkKeys(value, section, path+key+"::", unknown)
		case []any:
			for i, element := range value {
				if m, ok := element.(map[string]any); ok {
					walkKeys(m, section, fmt.Sprintf("%s%s[%d]::", path, key, i), unknown)
				}
			}
		}
	}
}

// collectKeys notes where each key of t and of its sections belongs. A key that
// several sections have is left out: none of them is more likely.
func collectKeys(t reflect.Type, path string, places map[string]string) {
	for key, field := range keysOf(t) {
		if _, twice := places[key]; twice {
			places[key] = ""
		} else {
			places[key] = path + key
		}
		if section := sectionOf(field); section != nil && section != t && (path == "" || section != reflect.TypeFor[PaginationConfig]()) {
			collectKeys(section, path+key+"::", places)
		}
	}
	if path == "" {
		maps.DeleteFunc(places, func(_, place string) bool { return place == "" })
	}
}

// keysOf are the keys of a struct, with those that are squashed into it.
func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	for field := range fields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("mapstructure"), ",")
		switch {
		case options == "squash":
			maps.Copy(keys, keysOf(field.Type))
		case field.IsExported() && name != "" && name != "-":
			keys[name] = field.Type
		}
	}
	return keys
}

func fields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// sectionOf is the struct of ours that a value of type t is, or is a list of;
// nil when it is none, or reads itself.
func sectionOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.PkgPath(), ours) {
		return nil
	}
	self := reflect.PointerTo(t)
	if self.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) || self.Implements(reflect.TypeFor[confmap.Unmarshaler]()) {
		return nil
	}
	return t
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"reflect"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// The generator is test code: it runs when the schema is written or compared,
// not in the program.

// object is a JSON object.
type object = map[string]any

// definitions are the types that a YAML value can have in more than one way.
func definitions() object {
	orReference := func(s object) object {
		return object{"anyOf": []any{s, object{"type": "string", "pattern": Reference}}}
	}
	return object{
		"boolean":  orReference(object{"type": "boolean"}),
		"integer":  orReference(object{"type": "integer"}),
		"number":   orReference(object{"type": "number"}),
		"duration": orReference(object{"type": []any{"string", "integer"}, "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$`}),
		"text":     object{"type": []any{"string", "number", "boolean"}},
		"paths":    object{"anyOf": []any{object{"type": "string"}, object{"type": "array", "items": object{"type": "string"}}}},
		"size":     object{"type": []any{"string", "integer"}},
		"percent":  object{"type": []any{"string", "number"}},
		"headers": object{"anyOf": []any{
			object{"type": "object", "additionalProperties": object{"type": "string"}},
			object{"type": "array", "items": object{"type": "object"}},
		}},
	}
}

func ref(name string) object { return object{"$ref": "#/$defs/" + name} }

// scalars are the types with a definition of their own.
var scalars = map[reflect.Type]string{
	reflect.TypeFor[time.Duration]():             "duration",
	reflect.TypeFor[restauditreceiver.Text]():    "text",
	reflect.TypeFor[restauditreceiver.Paths]():   "paths",
	reflect.TypeFor[restauditreceiver.Size]():    "size",
	reflect.TypeFor[restauditreceiver.Percent](): "percent",
	reflect.TypeFor[configopaque.MapList]():      "headers",
}

// words are the values of keys that take one of some words. A test holds that
// the receiver takes each of them and refuses others.
func words() map[string][]string {
	places := []string{"query", "header", "body"}
	var types []string
	for _, t := range paging.Types() {
		types = append(types, string(t))
	}
	return map[string][]string{
		"body":                       {"raw", "map", "message"},
		"request::method":            {"GET", "POST"},
		"time_filter::in":            places,
		"time_filter::bounds":        {"inclusive", "exclusive", "unknown"},
		"pagination::in":             places,
		"pagination::type":           types,
		"response::format":           {"json", "ndjson", "csv", "xml"},
		"response::order":            {"ascending", "descending", "none"},
		"dedupe::key":                {"id", "id+hash"},
		"on_permanent_error::action": {"hold", "quarantine"},
	}
}

// generator walks the types of a configuration.
type generator struct {
	comments comments
	words    map[string][]string
}

// document is the whole schema.
func (g *generator) document(cfg any) object {
	root := g.schema(reflect.TypeOf(cfg).Elem(), reflect.ValueOf(cfg).Elem(), "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://github.com/restaudit/otelcol-audit/docs/restaudit.schema.json"
	root["title"] = "restaudit receiver"
	root["$defs"] = definitions()
	return root
}

// schema describes t. value holds the defaults; it may be invalid.
func (g *generator) schema(t reflect.Type, value reflect.Value, path string) object {
	if name, ok := scalars[t]; ok {
		return ref(name)
	}
	if t == reflect.TypeFor[component.ID]() {
		return object{"type": "string"}
	}
	if t == reflect.TypeFor[restauditreceiver.ErrorRules]() {
		rule := g.schema(t.Elem(), reflect.Value{}, path+"::0")
		return object{"anyOf": []any{rule, object{"type": "array", "items": rule}}}
	}
	if inner, ok := optional(t); ok {
		s := g.schema(inner, reflect.Value{}, path)
		if properties, ok := s["properties"].(object); ok {
			properties["enabled"] = ref("boolean")
		}
		return nullable(s)
	}
	if t == reflect.TypeFor[restauditreceiver.Texts]() {
		text := g.schema(t.Elem(), reflect.Value{}, path+"::0")
		return object{"anyOf": []any{text, object{"type": "array", "minItems": 1, "items": text}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(g.schema(t.Elem(), reflect.Value{}, path))
	case reflect.Bool:
		return ref("boolean")
	case reflect.Float32, reflect.Float64:
		return ref("number")
	case reflect.String:
		return object{"type": "string"}
	case reflect.Slice:
		return object{"type": "array", "items": g.schema(t.Elem(), reflect.Value{}, path+"::0")}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": g.schema(t.Elem(), reflect.Value{}, path+"::NAME")}
	case reflect.Struct:
		properties := object{}
		g.fields(properties, t, value, path)
		return object{"type": "object", "additionalProperties": false, "properties": properties}
	}
	return ref("integer")
}

// nullable allows `key:` without a value.
func nullable(s object) object { return object{"anyOf": []any{s, object{"type": "null"}}} }

// optional finds T of a configoptional.Optional[T].
func optional(t reflect.Type) (reflect.Type, bool) {
	get, ok := reflect.PointerTo(t).MethodByName("Get")
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.Name(), "Optional[") || !ok {
		return nil, false
	}
	return get.Type.Out(0).Elem(), true
}

func (g *generator) fields(properties object, t reflect.Type, value reflect.Value, path string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		var inner reflect.Value
		if value.IsValid() {
			inner = value.Field(i)
		}
		if strings.Contains(options, "squash") {
			g.fields(properties, f.Type, inner, path)
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		key := name
		if path != "" {
			key = path + "::" + name
		}
		s := g.schema(f.Type, inner, key)
		if list, ok := g.words[key]; ok {
			s = object{"anyOf": []any{object{"enum": list}, object{"type": "string", "pattern": Reference}}}
		}
		if text := g.comments.of(t, f.Name); text != "" {
			s["description"] = text
		}
		if v, ok := defaultOf(inner); ok {
			s["default"] = v
		}
		properties[name] = s
	}
}

// defaultOf writes a default as a user would.
func defaultOf(v reflect.Value) (any, bool) {
	if !v.IsValid() || v.IsZero() {
		return nil, false
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return d.String(), true
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool(), true
	case reflect.String:
		return v.String(), true
	case reflect.Int, reflect.Int64:
		return v.Int(), true
	case reflect.Float64:
		return v.Float(), true
	}
	return nil, false
}

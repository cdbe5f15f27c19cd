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
	"time"

	"go.opentelemetry.io/collector/confmap"
)

// wrongValues finds the texts that stand where a duration or a number has to be,
// and says what to write. It is asked after the Collector has refused a
// configuration, whose own words name neither the key nor a remedy. It quotes no
// value: nobody knows what was meant.
func wrongValues(conf *confmap.Conf) error {
	var errs []error
	walkValues(conf.ToStringMap(), reflect.TypeFor[Config](), "", func(key string, field reflect.Type, value string) {
		if want := wanted(field, value); want != "" {
			errs = append(errs, fmt.Errorf("`%s` %s", key, want))
		}
	})
	return errors.Join(errs...)
}

// wanted says what a field takes; "" where the text is no mistake.
func wanted(field reflect.Type, value string) string {
	if field == reflect.TypeFor[time.Duration]() {
		if _, err := time.ParseDuration(value); err == nil {
			return ""
		}
		return "is no duration: write a number with a unit, h, m, s or ms, such as 90s, or 24h for a day"
	}
	self := reflect.PointerTo(field)
	if self.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) || self.Implements(reflect.TypeFor[confmap.ScalarUnmarshaler]()) {
		return "" // it reads itself
	}
	switch {
	case field.Kind() == reflect.Bool:
		return "must be true or false, without quotes"
	case field.Kind() >= reflect.Int && field.Kind() <= reflect.Float64:
		return "is no number: write one in digits, without quotes"
	}
	return ""
}

// walkValues tells of each text in raw that stands in a field of t or of its
// sections, in the order of their keys.
func walkValues(raw map[string]any, t reflect.Type, path string, found func(key string, field reflect.Type, value string)) {
	fields := keysOf(t)
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		field, ok := fields[key]
		if !ok {
			continue
		}
		switch value := raw[key].(type) {
		case string:
			for field.Kind() == reflect.Pointer {
				field = field.Elem()
			}
			found(path+key, field, value)
		case map[string]any:
			if section := sectionOf(field); section != nil {
				walkValues(value, section, path+key+"::", found)
			}
		}
	}
}

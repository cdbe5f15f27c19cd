// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"reflect"
	"strings"
)

// Mentions tells whether a text of the section holds the placeholder: sources
// that differ in its value can't share a session then.
func (c *Config) Mentions(placeholder string) bool {
	return mentions(reflect.ValueOf(*c), placeholder)
}

func mentions(v reflect.Value, text string) bool {
	switch v.Kind() {
	case reflect.String:
		return strings.Contains(v.String(), text)
	case reflect.Pointer:
		return !v.IsNil() && mentions(v.Elem(), text)
	case reflect.Struct:
		for i := range v.NumField() {
			if mentions(v.Field(i), text) {
				return true
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if mentions(v.Index(i), text) {
				return true
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if mentions(v.MapIndex(key), text) {
				return true
			}
		}
	default:
	}
	return false
}

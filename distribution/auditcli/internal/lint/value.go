// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
	"time"
)

// get reads the value at a path of keys: "sending_queue::batch". nil when there
// is none.
func get(m map[string]any, path string) any {
	var value any = m
	for key := range strings.SplitSeq(path, "::") {
		section, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = section[key]
	}
	return value
}

// section reads a map.
func section(m map[string]any, path string) (map[string]any, bool) {
	s, ok := get(m, path).(map[string]any)
	return s, ok
}

// on tells whether a switch is set.
func on(m map[string]any, path string) bool {
	b, _ := get(m, path).(bool)
	return b
}

// off tells whether a switch is there and not set.
func off(m map[string]any, path string) bool {
	b, ok := get(m, path).(bool)
	return ok && !b
}

// text reads any value as a text; "" when there is none.
func text(m map[string]any, path string) string {
	switch v := get(m, path).(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// duration reads a duration, however it was marshalled.
func duration(m map[string]any, path string) time.Duration {
	switch v := get(m, path).(type) {
	case time.Duration:
		return v
	case int:
		return time.Duration(v)
	case int64:
		return time.Duration(v)
	case string:
		d, _ := time.ParseDuration(v) // the Collector has checked it
		return d
	}
	return 0
}

// list reads a list of texts, or a single one.
func list(m map[string]any, path string) []string {
	switch v := get(m, path).(type) {
	case []string:
		return v
	case []any:
		texts := make([]string, 0, len(v))
		for _, item := range v {
			texts = append(texts, fmt.Sprint(item))
		}
		return texts
	case string:
		if v != "" {
			return []string{v}
		}
	}
	return nil
}

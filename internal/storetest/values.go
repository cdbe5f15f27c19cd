// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// payloads are values that stores were seen to change.
func payloads() map[string]string {
	binary := make([]byte, 256)
	for i := range binary {
		binary[i] = byte(i)
	}
	return map[string]string{
		"text":                        "hello",
		"JSON":                        `{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ"}`,
		"JSON with spaces":            "{ \"a\" :\t1 }\n",
		"JSON with a large integer":   `{"id":9007199254740993}`,
		"JSON with a number's form":   `[1.0,1e2,-0]`,
		"JSON with duplicate keys":    `{"a":1,"a":2}`,
		"JSON with markup characters": `{"a":"<&>\u2028"}`,
		"JSON null":                   `null`,
		"what looks like a wrapper":   `{"b64":"AAAA"}`,
		"half a JSON":                 `{"a":`,
		"invalid UTF-8":               "\"\xff\xfe\"",
		"every byte":                  string(binary),
		"binary of 5 KiB":             strings.Repeat("\x00\xff\x01", 5<<10/3),
		"JSON of 100 KiB":             `["` + strings.Repeat("x", 100<<10) + `"]`,
		"binary of 1 MiB":             strings.Repeat("\x00\xff\x01\x02", 1<<18),
	}
}

func values() []behaviour {
	return []behaviour{
		{name: "a missing key is nil and no error", check: func(t testing.TB, s Store) {
			wantMissing(t, open(t, s), "nothing")
		}},
		{name: "every value comes back byte for byte", check: func(t testing.TB, s Store) {
			c := open(t, s)
			for name, value := range payloads() {
				set(t, c, name, value)
				wantValue(t, c, name, value)
			}
			c = reopen(t, s, c)
			for name, value := range payloads() {
				wantValue(t, c, name, value)
			}
		}},
		{name: "an empty value is no error", check: func(t testing.TB, s Store) {
			c := open(t, s)
			for _, value := range [][]byte{{}, nil} {
				require.NoError(t, c.Set(t.Context(), "k", value))
				got, err := c.Get(t.Context(), "k")
				require.NoError(t, err)
				assert.Empty(t, got)
			}
		}},
		{name: "keys may hold any characters", check: func(t testing.TB, s Store) {
			c := open(t, s)
			keys := []string{"a/b", "a b", "ü", "\n", `"`, "seen.1", "b64:x", "..", strings.Repeat("k", 500), "\xff"}
			for _, key := range keys {
				set(t, c, key, "value of "+key)
			}
			c = reopen(t, s, c)
			for _, key := range keys {
				wantValue(t, c, key, "value of "+key)
			}
		}},
		{name: "the last of two values stays", check: func(t testing.TB, s Store) {
			c := open(t, s)
			set(t, c, "k", "one")
			set(t, c, "k", strings.Repeat("two", 3000))
			set(t, c, "k", "three")
			wantValue(t, c, "k", "three")
			wantValue(t, reopen(t, s, c), "k", "three")
		}},
		{name: "a deleted key is missing, and may be deleted again", check: func(t testing.TB, s Store) {
			c := open(t, s)
			set(t, c, "k", "v")
			set(t, c, "other", "v")
			require.NoError(t, c.Delete(t.Context(), "k"))
			require.NoError(t, c.Delete(t.Context(), "k"))
			wantMissing(t, c, "k")
			c = reopen(t, s, c)
			wantMissing(t, c, "k")
			wantValue(t, c, "other", "v")
		}},
		{name: "the caller's bytes are its own", check: func(t testing.TB, s Store) {
			c := open(t, s)
			value := []byte("abc")
			require.NoError(t, c.Set(t.Context(), "k", value))
			value[0] = 'x'
			wantValue(t, c, "k", "abc")
			got, err := c.Get(t.Context(), "k")
			require.NoError(t, err)
			got[0] = 'y'
			wantValue(t, c, "k", "abc")
		}},
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// value makes a Value of a JSON text.
func value(t *testing.T, text string) Value {
	t.Helper()
	if text == "" {
		return Value{}
	}
	v, ok := parseValue(text)
	require.True(t, ok, text)
	return v
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"null":                         "",
		"true":                         "true",
		"12345678901234567890":         "12345678901234567890",
		"1770000000123456":             "1770000000123456",
		"1.50":                         "1.50",
		`{"a": 1}`:                     `{"a": 1}`,
		`""`:                           "",
		`"plain"`:                      "plain",
		`"\"\\\/\b\f\n\r\t"`:           "\"\\/\b\f\n\r\t",
		`"J\u00e4ne \u0041\u004a"`:     "Jäne AJ",
		`"\uD83D\uDE00"`:               "😀",
		`"\ud800"`:                     "\ufffd",
		`"\udc00\ud800"`:               "\ufffd\ufffd",
		`"\ud800\ud83d\ude00"`:         "\ufffd😀",
		`"\ud800\u0041"`:               "\ufffdA",
		`"\ud800\n"`:                   "\ufffd\n",
		`"\u0000"`:                     "\x00",
		"\"bytes \xff stay, \\u0041\"": "bytes \xff stay, A",
		`"\u003cscript\u003E"`:         "<script>",
	} {
		assert.Equal(t, want, value(t, text).Text(), text)
	}
}

func TestTextWithoutEscapesDoesNotAllocate(t *testing.T) {
	v := value(t, `"a string that is only cut out of the page"`)
	assert.Zero(t, testing.AllocsPerRun(10, func() { _ = v.Text() }))
}

func TestTruthy(t *testing.T) {
	for _, text := range []string{"", "null", "false", "0", "-0", "0.0", "0e9", "-0.00E-1", `""`, `"0"`, `"false"`, `"False"`, `"f\u0061lse"`, "[]", "{}", "[ \n]", "{\t}"} {
		assert.False(t, value(t, text).Truthy(), text)
	}
	for _, text := range []string{"true", "1", "-1", "0.1", "1e0", "100", `"true"`, `"1"`, `"no"`, `" "`, "[0]", `{"a":0}`} {
		assert.True(t, value(t, text).Truthy(), text)
	}
}

func TestExists(t *testing.T) {
	assert.False(t, Value{}.Exists())
	assert.True(t, value(t, "null").Exists())
}

// FuzzText holds Text against encoding/json, which replaces bytes that are not
// UTF-8 while Text keeps them.
func FuzzText(f *testing.F) {
	for _, text := range []string{`"a"`, `"\u00e9\ud83d\ude00"`, `"\ud800\u0041\\"`, `"\ud800\ud83d\ude00"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseValue(text)
		require.Equal(t, json.Valid([]byte(text)), ok)
		if !ok || v.Kind != String || !utf8.ValidString(text) {
			return
		}
		var want string
		require.NoError(t, json.Unmarshal([]byte(text), &want))
		require.Equal(t, want, v.Text())
	})
}

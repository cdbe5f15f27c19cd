// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// asMap returns the map body of a record, as Go values.
func asMap(raw string) any {
	return one(emitSettings{body: bodyMap}, record.Record{Raw: raw, UID: "u"}).Body().AsRaw()
}

func TestObjectBecomesAMap(t *testing.T) {
	raw := ` { "s" : "x\ty\u00e9\ud83d\ude00" , "i":-7,"d":1.50e1, "t":true,"f":false,"n":null,
		"o":{"a":[1,"two",[3],{}]}, "e":[], "":"empty key", "id":12345678901234567890, "lone":"\ud800!" } `
	assert.Equal(t, map[string]any{
		"s": "x\tyé😀", "i": int64(-7), "d": 15.0, "t": true, "f": false, "n": nil,
		"o": map[string]any{"a": []any{int64(1), "two", []any{int64(3)}, map[string]any{}}},
		"e": []any{}, "": "empty key", "id": "12345678901234567890", "lone": "\uFFFD!",
	}, asMap(strings.TrimSpace(raw)))
}

func TestFirstOfDuplicateKeysWins(t *testing.T) {
	assert.Equal(t, map[string]any{"a": int64(1), "b": int64(3)}, asMap(`{"a":1,"\u0061":{"x":2},"b":3}`))
}

func TestEmptyObjectStaysText(t *testing.T) {
	assert.Equal(t, `{}`, asMap(`{}`))
	assert.Equal(t, `{ }`, asMap(`{ }`))
}

func TestDeepNestingStaysText(t *testing.T) {
	nested := func(depth int) string {
		return strings.Repeat(`{"a":`, depth) + `"\"]}"` + strings.Repeat(`}`, depth)
	}
	v, n := asMap(nested(40)), 0
	for m, ok := v.(map[string]any); ok; m, ok = v.(map[string]any) {
		v = m["a"]
		n++
	}
	assert.Equal(t, maxMapDepth, n)
	assert.Equal(t, nested(40-maxMapDepth), v)
	arrays := asMap(`{"a":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`)
	assert.IsType(t, map[string]any{}, arrays)
}

func TestObjectWithManyKeysStaysText(t *testing.T) {
	wide := func(keys int) string {
		members := make([]string, keys)
		for i := range members {
			members[i] = fmt.Sprintf(`"k%d":%d`, i, i)
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	assert.Len(t, asMap(wide(maxMapKeys)), maxMapKeys)
	assert.Equal(t, wide(maxMapKeys+1), asMap(wide(maxMapKeys+1)))
	got := asMap(`{"a":1,"wide":` + wide(1000) + `,"b":2}`)
	assert.Equal(t, map[string]any{"a": int64(1), "wide": wide(1000), "b": int64(2)}, got)
}

func TestBodyWithTooManyValuesStaysText(t *testing.T) {
	raw := `{"a":[` + strings.Repeat("1,", maxMapValues) + `1]}`
	assert.Equal(t, raw, asMap(raw))
}

func TestHostileObjectsTakeLittleTime(t *testing.T) {
	start := time.Now()
	many := `{"a":[` + strings.Repeat(`{},`, 1<<20) + `1]}`
	assert.Equal(t, many, asMap(many))
	var keys strings.Builder
	for i := range 1 << 18 {
		fmt.Fprintf(&keys, `"%d":1,`, i)
	}
	wide := strings.Repeat(`{"x":`, 30) + `{` + keys.String() + `"z":1}` + strings.Repeat(`}`, 30)
	assert.IsType(t, map[string]any{}, asMap(wide))
	assert.Less(t, time.Since(start), 5*time.Second)
}

// FuzzBody feeds any bytes that pass for a page through every body mode.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"a":1}`, `{"a":{"b":[1,2.5,"x",null,true]},"a":2}`, `"\ud800"`, "{\"\xff\":\"\xfe\"}", `[1]`, `{}`,
		`{"a":"\"\\\/\b\f\n\r\t\u0000"}`, `{"k":[[[[]]]]}`, `{"n":-0.0e+10,"m":1e400}`,
	} {
		f.Add(seed)
	}
	decoder, err := page.NewDecoder(page.Settings{Fields: [][]string{{"a"}, {"k"}}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := decoder.Decode("[" + raw + "]")
		if err != nil {
			return
		}
		records := make([]record.Record, len(p.Records))
		for i, r := range p.Records {
			records[i] = record.Record{Raw: r.Raw, UID: r.Fields[0].Text(), Message: r.Fields[1].Text(), Values: r.Fields}
			if !utf8.ValidString(r.Raw) {
				records[i].Flags = record.InvalidUTF8
			}
		}
		if len(records) == 0 {
			return
		}
		for _, body := range []string{bodyRaw, bodyMap, bodyMessage} {
			checkSound(t, newEmitter(emitSettings{body: body, attributes: []string{"a", "k"}, documentID: true}).logs(records, testObserved))
		}
		for _, r := range records {
			checkMap(t, r.Raw)
		}
	})
}

// checkMap compares a map body with what encoding/json reads, where both mean
// the same: no duplicate keys, no bound exceeded, valid UTF-8.
func checkMap(t *testing.T, raw string) {
	body := pcommon.NewValueEmpty()
	if !isObject(raw) || !utf8.ValidString(raw) || len(raw) > 200 || strings.Count(raw, ":")+strings.Count(raw, "[") > maxMapDepth || !setJSONMap(body, raw) {
		return
	}
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	var want map[string]any
	if err := decoder.Decode(&want); err != nil || countKeys(want) != countMembers(raw) {
		return
	}
	require.Equal(t, typed(want), body.AsRaw(), raw)
}

// typed converts what encoding/json reads to the types of pdata.
func typed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			out[key] = typed(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = typed(element)
		}
		return out
	case json.Number:
		number := pcommon.NewValueEmpty()
		setNumber(number, v.String())
		return number.AsRaw()
	default:
		return v
	}
}

func countKeys(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, member := range v {
			n += countKeys(member)
		}
	case []any:
		for _, element := range v {
			n += countKeys(element)
		}
	}
	return n
}

// countMembers counts the members of all objects, duplicates included.
func countMembers(raw string) int {
	n, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ':' && !quoted:
			n++
		}
	}
	return n
}

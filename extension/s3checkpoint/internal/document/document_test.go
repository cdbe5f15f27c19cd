// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sample() *Document {
	return &Document{
		MinReader: MinReader, Nonce: "0193e0a0-0000-7000-8000-000000000001",
		Component: "receiver/restaudit/okta", Epoch: 7, Generation: 4211,
		Writer:    Writer{ID: "5d3c", Host: "pod-x", Version: "0.1.0"},
		UpdatedAt: time.Date(2025, 12, 17, 15, 30, 1, 500e6, time.UTC),
		Lease:     &Lease{TTL: "1m0s"},
		Data: map[string]Value{
			"state":      {Bytes: []byte(`{"last_timestamp":"2025-12-17T15:30:00.123Z","cursor":"eyJ","big":9007199254740993}`)},
			"state.prev": {Bytes: []byte("{\"last_timestamp\":\"2025-12-17T15:29:00Z\"}\n")},
			"seen.1":     {Bytes: []byte{0, 1, 2, 0xff}},
			"seen.2":     {Blob: &Blob{Name: "ab-1", Size: 5000, SHA256: strings.Repeat("ab", 32)}},
			"empty":      {Bytes: []byte{}},
			"nil":        {},
			"bin\xff":    {Bytes: []byte("1")},
		},
	}
}

func encoded(t testing.TB, d *Document) []byte {
	t.Helper()
	text, err := d.Encode()
	require.NoError(t, err)
	return text
}

func TestADocumentSurvivesTheRoundTrip(t *testing.T) {
	got, err := Decode(encoded(t, sample()))
	require.NoError(t, err)
	assert.Equal(t, sample(), got)
}

// Golden files of every schema that was ever released stay readable (F48).
func TestEveryReleasedSchemaIsReadable(t *testing.T) {
	current := filepath.Join("testdata", "schema1.json")
	if *update {
		require.NoError(t, os.WriteFile(current, encoded(t, sample()), 0o600))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "schema*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		got, err := Decode(text)
		require.NoError(t, err, file)
		assert.Equal(t, sample(), got, file)
	}
	text, err := os.ReadFile(current)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(encoded(t, sample())), "the current schema's bytes are stable")
}

func TestPlainJSONToolsSeeTheState(t *testing.T) {
	var view struct {
		Data struct {
			State struct {
				LastTimestamp string `json:"last_timestamp"`
				Cursor        string `json:"cursor"`
			} `json:"state"`
		} `json:"data"`
	}
	require.NoError(t, json.Unmarshal(encoded(t, sample()), &view))
	assert.Equal(t, "2025-12-17T15:30:00.123Z", view.Data.State.LastTimestamp)
	assert.Equal(t, "eyJ", view.Data.State.Cursor)
}

func TestEveryFlippedBitAndEveryTruncationIsDetected(t *testing.T) {
	text := encoded(t, sample())
	for i := range text {
		for bit := range 8 {
			bad := bytes.Clone(text)
			bad[i] ^= 1 << bit
			_, err := Decode(bad)
			require.ErrorIs(t, err, ErrCorrupt, "byte %d, bit %d", i, bit)
		}
		_, err := Decode(text[:i])
		require.ErrorIs(t, err, ErrCorrupt, "cut at %d", i)
	}
	_, err := Decode(append(bytes.Clone(text), '\n'))
	require.ErrorIs(t, err, ErrCorrupt, "one byte too many")
}

// resealed changes the text and gives it a fitting checksum, as other code or
// a careful person could write it.
func resealed(t *testing.T, text []byte, old, replacement string) []byte {
	t.Helper()
	body, ok := bytes.CutSuffix(text[:len(text)-digits-len(tailClose)], []byte(tailOpen))
	require.True(t, ok)
	require.Contains(t, string(body), old)
	return seal([]byte(strings.Replace(string(body), old, replacement, 1)))
}

func TestARightChecksumIsNotEnough(t *testing.T) {
	text := encoded(t, sample())
	for name, tc := range map[string]struct {
		old, replacement string
		want             error
	}{
		"a newer schema that older code can read is read": {`"schema": 1`, `"schema": 2`, nil},
		"unknown members are read over":                   {`"schema": 1`, `"schema": 2, "shape": "round"`, nil},
		"a newer form is refused and is not corrupt":      {`"min_reader": 1`, `"min_reader": 2`, ErrNewer},
		"no schema is corrupt":                            {`"schema": 1`, `"scheme": 1`, ErrCorrupt},
		"broken JSON is corrupt":                          {`"schema": 1,`, `"schema": 1`, ErrCorrupt},
		"no data is corrupt":                              {`"data": {`, `"date": {`, ErrCorrupt},
		"no nonce is corrupt":                             {`"nonce"`, `"once"`, ErrCorrupt},
		"bad base64 is corrupt":                           {`{"b64":"AAEC/w=="}`, `{"b64":"AAEC/w="}`, ErrCorrupt},
		"base64 that is no text is corrupt":               {`{"b64":"AAEC/w=="}`, `{"b64":7}`, ErrCorrupt},
		"a wrapped value without its bytes is corrupt":    {`"raw_b64"`, `"raw"`, ErrCorrupt},
		"a reference of a negative size is corrupt":       {`"size":5000`, `"size":-1`, ErrCorrupt},
		"a key that is not base64 is corrupt":             {`"b64:Ym`, `"b64:!m`, ErrCorrupt},
		"an epoch that is not a whole number is corrupt":  {`"epoch": 7`, `"epoch": 7.5`, ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(resealed(t, text, tc.old, tc.replacement))
			if tc.want == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, tc.want)
			}
		})
	}
}

func TestValuesComeBackByteForByte(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	for name, tc := range map[string]struct {
		value string
		shown string // how it stands in the document; empty = as it is
	}{
		"an object":                           {value: `{"a": 1,  "b":[1.0,1e3]}`},
		"null":                                {value: `null`},
		"a number":                            {value: `9007199254740993`},
		"a text with escapes":                 {value: `"a\u00e9\ud800<>&"`},
		"duplicate keys":                      {value: `{"a":1,"a":2}`},
		"inner line ends":                     {value: "{\n\t\"a\": 1\n}"},
		"an outer line end is wrapped":        {value: "{}\n", shown: `{"json":{},"raw_b64":"e30K"}`},
		"what looks like a wrapper":           {value: `{"b64":"AA=="}`, shown: `{"json":{"b64":"AA=="},"raw_b64":"eyJiNjQiOiJBQT09In0="}`},
		"a wrapper with spaces is no wrapper": {value: `{ "b64":"AA=="}`},
		"a reference is not believed":         {value: `{"object":{}}`, shown: `{"json":{"object":{}},"raw_b64":"eyJvYmplY3QiOnt9fQ=="}`},
		"empty":                               {value: "", shown: `{"b64":""}`},
		"binary":                              {value: "\x00\x01", shown: `{"b64":"AAE="}`},
		"JSON with invalid UTF-8":             {value: "\"\xff\"", shown: `{"b64":"Iv8i"}`},
		"half a JSON":                         {value: `{"a":`, shown: `{"b64":"eyJhIjo="}`},
		"JSON at the depth limit":             {value: deep[1 : len(deep)-1]},
		"quoted brackets don't nest":          {value: `"` + strings.Repeat("[", 200) + `\"["`},
	} {
		t.Run(name, func(t *testing.T) {
			d := sample()
			d.Data = map[string]Value{"k": {Bytes: []byte(tc.value)}}
			text := encoded(t, d)
			shown := tc.shown
			if shown == "" {
				shown = tc.value
			}
			assert.Contains(t, string(text), "\n    \"k\": "+shown+"\n  }")
			got, err := Decode(text)
			require.NoError(t, err)
			assert.Equal(t, []byte(tc.value), got.Data["k"].Bytes)
		})
	}
	assert.False(t, IsJSON([]byte(deep)))
}

func FuzzDecode(f *testing.F) {
	text := encoded(f, sample())
	f.Add(text, false)
	body, _ := bytes.CutSuffix(text[:len(text)-digits-len(tailClose)], []byte(tailOpen))
	f.Add(body, true) // with a checksum made for it, so that the JSON is reached
	f.Fuzz(func(t *testing.T, text []byte, sealed bool) {
		if sealed {
			text = seal(bytes.Clone(text))
		}
		d, err := Decode(text)
		if err != nil {
			return
		}
		again, err := Decode(encoded(t, d))
		require.NoError(t, err)
		assert.Equal(t, d.Data, again.Data)
	})
}

func FuzzValue(f *testing.F) {
	for _, v := range []string{"", "{}", `{"b64":"AA=="}`, " 1 ", "\xff", `"\ud800"`, "\v1"} {
		f.Add("k", []byte(v))
	}
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		d := sample()
		d.Data = map[string]Value{key: {Bytes: value}, key + "2": {Bytes: []byte("{}")}}
		got, err := Decode(encoded(t, d))
		require.NoError(t, err)
		assert.Equal(t, d.Data, got.Data)
	})
}

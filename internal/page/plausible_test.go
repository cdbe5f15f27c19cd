// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const plausibleBody = "\ufeff" + ` {"a\u00e9\n":[{"id":-12.5e+3,"ok":true,"no":false,"nil":null,"s":"x\"\\"},[],{}, 0 ] , "b" : {"c":["d"]}} `

func TestEveryPrefixOfAValidBodyIsPlausible(t *testing.T) {
	for n := len(bom) + 2; n <= len(plausibleBody); n++ {
		assert.NoError(t, Plausible(plausibleBody[:n], 5), "%q", plausibleBody[:n])
	}
	assert.ErrorIs(t, Plausible(plausibleBody[:len(bom)+1], 5), ErrEmptyBody)
}

func TestWhatCanBecomeNoPageIsNotPlausible(t *testing.T) {
	for name, tc := range map[string]struct {
		start string
		want  error
	}{
		"a web page":           {"<html>" + strings.Repeat(" ", 100), ErrSyntax},
		"brackets":             {strings.Repeat("[", 1000), ErrDepth},
		"objects":              {strings.Repeat(`{"a":`, 1000), ErrDepth},
		"white space":          {strings.Repeat(" \n", 1000), ErrEmptyBody},
		"something after it":   {`{"a":1} {`, ErrSyntax},
		"a comma too many":     {`[1,,`, ErrSyntax},
		"a raw line break":     {"[\"a\n", ErrSyntax},
		"a number with a zero": {`[01`, ErrSyntax},
	} {
		assert.ErrorIs(t, Plausible(tc.start, 128), tc.want, name)
	}
}

// FuzzPlausible: what Decode accepts was plausible at every length.
func FuzzPlausible(f *testing.F) {
	f.Add(plausibleBody)
	f.Add(`[{"a":[[[]]]}]`)
	f.Add("[1")
	d, err := NewDecoder(Settings{RecordsOptional: true, Records: []string{"none"}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body string) {
		if _, err := d.Decode(body); err != nil || len(body) > 1<<10 {
			return // every prefix is tried
		}
		for n := range len(body) + 1 {
			if strings.TrimLeft(strings.TrimPrefix(body[:n], bom), " \r\n\t") == "" || n < len(bom) {
				continue
			}
			assert.NoError(t, Plausible(body[:n], DefaultMaxDepth), "%q", body[:n])
		}
	})
}

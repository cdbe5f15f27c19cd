// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecodePicksRecordsFieldsAndEnvelope(t *testing.T) {
	d, err := NewDecoder(Settings{
		Records:  []string{"data.events"},
		Fields:   [][]string{{"id"}, {"actor.email", "actor.name"}},
		Envelope: [][]string{{"next"}, {"none"}},
	})
	require.NoError(t, err)
	p, err := d.Decode(`{"next":"c\u0031","data":{"events":[{"id":12345678901234567890,"actor":{"email":null,"name":"x"}}, 7]}}`)
	require.NoError(t, err)
	require.Len(t, p.Records, 2)
	assert.Equal(t, Value{Number, "12345678901234567890"}, p.Records[0].Fields[0])
	assert.Equal(t, Value{String, `"x"`}, p.Records[0].Fields[1])
	assert.Equal(t, Record{Raw: "7", Fields: []Value{{}, {}}}, p.Records[1])
	assert.Equal(t, "c1", p.Envelope[0].Text())
	assert.False(t, p.Envelope[1].Exists())
	assert.True(t, p.ValidUTF8)
}

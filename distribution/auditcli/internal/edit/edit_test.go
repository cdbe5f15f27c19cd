// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package edit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/checkpoint"
	"github.com/restaudit/otelcol-audit/internal/dedupe"
	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/source"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func hour(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }

// running is the checkpoint of a source in the middle of things.
func running() *checkpoint.State {
	return &checkpoint.State{
		Low: noon, LastTimestamp: hour(1), Covered: hour(1), Begin: hour(-24),
		Position: paging.Position{Cursor: "c"}, Cursor: "c",
		Walk: &checkpoint.Walk{From: noon}, Sweep: &checkpoint.Sweep{}, NotBefore: hour(2),
		Seen: checkpoint.Seen{Key: "k", Set: dedupe.State{Chunks: []dedupe.Meta{{ID: 3}, {ID: 7}}, NextID: 8, KeyCheck: 5}, Garbage: []uint64{1}},
	}
}

func TestRewindDropsCursorAndWalkAndKeepsWhatWasDelivered(t *testing.T) {
	s := running()
	require.NoError(t, Rewind(s, hour(-3), false))
	assert.Equal(t, hour(-3), s.Low)
	assert.Equal(t, hour(-24), s.Begin, "what is owed does not shrink")
	assert.True(t, s.CursorLost)
	assert.Empty(t, s.Cursor)
	assert.True(t, s.Position.First())
	assert.Nil(t, s.Walk)
	assert.Nil(t, s.Sweep)
	assert.Zero(t, s.Covered)
	assert.Zero(t, s.NotBefore)
	assert.Len(t, s.Seen.Set.Chunks, 2)
	assert.Empty(t, s.Gaps)
}

func TestRewindBeyondTheBeginningMovesIt(t *testing.T) {
	s := running()
	s.Floor = hour(-24)
	require.NoError(t, Rewind(s, hour(-48), false))
	assert.Equal(t, hour(-48), s.Begin)
	assert.Equal(t, hour(-48), s.Floor)
}

func TestRewindForwardIsRefused(t *testing.T) {
	assert.ErrorIs(t, Rewind(running(), hour(5), false), ErrForward)
	assert.ErrorIs(t, Rewind(running(), noon.Add(time.Minute), true), ErrForward, "what lies below the newest event may be owed still")
	assert.NoError(t, Rewind(running(), noon, false))
}

func TestRedeliverForgetsWithoutReusingChunkNumbers(t *testing.T) {
	s := running()
	require.NoError(t, Rewind(s, hour(-3), true))
	assert.Empty(t, s.Seen.Set.Chunks)
	assert.EqualValues(t, 8, s.Seen.Set.NextID)
	assert.EqualValues(t, 5, s.Seen.Set.KeyCheck)
	assert.Equal(t, []uint64{3, 7}, s.Seen.Garbage)
}

func TestSetLowForwardIsReportedAsAGap(t *testing.T) {
	s := running()
	SetLow(s, hour(3))
	assert.Equal(t, hour(3), s.Low)
	assert.Equal(t, hour(3), s.LastTimestamp)
	require.Len(t, s.Gaps, 1)
	assert.Equal(t, checkpoint.Gap{From: noon, To: hour(3), Reason: source.GapOperator, Detail: "the low watermark was set by hand"}, s.Gaps[0])
}

func TestSetLowBackwardAndOnANewSourceIsNoGap(t *testing.T) {
	s := running()
	SetLow(s, hour(-3))
	assert.Empty(t, s.Gaps)
	fresh := &checkpoint.State{}
	SetLow(fresh, noon)
	assert.Equal(t, noon, fresh.Low)
	assert.Equal(t, noon, fresh.Begin)
	assert.Empty(t, fresh.Gaps)
}

func TestSetCursorFollowsTheTypeOfPagination(t *testing.T) {
	for kind, want := range map[paging.Type]paging.Position{
		paging.Cursor: {Cursor: "17"}, paging.LastID: {Cursor: "17"}, paging.Link: {URL: "17"}, paging.NextURL: {URL: "17"},
		paging.Offset: {Offset: 17}, paging.Page: {Page: 17},
	} {
		s := running()
		require.NoError(t, SetCursor(s, kind, "17"), kind)
		assert.Equal(t, want, s.Position, kind)
		assert.False(t, s.CursorLost, kind)
		assert.Nil(t, s.Walk, kind)
	}
	assert.ErrorContains(t, SetCursor(running(), paging.Offset, "x"), `is a number from 0 on, not "x"`)
	s := running()
	require.NoError(t, SetCursor(s, paging.Cursor, ""))
	assert.True(t, s.CursorLost, "no cursor is a lost one")
}

func TestParseRegistry(t *testing.T) {
	all, err := ParseRegistry([]byte(`{"version":1,"files":{},"api_sources":{"okta":{"last_timestamp":"2026-03-01T13:00:00+01:00","cursor":"x"}}}`))
	require.NoError(t, err)
	assert.Equal(t, Registry{"okta": {LastTimestamp: noon, Low: noon, CursorLost: true}}, all)
	for in, want := range map[string]string{
		``:                                     "not a registry",
		`[]`:                                   "not a registry",
		`{"version":1}`:                        "not a registry",
		`{"version":2,"api_sources":{}}`:       "version 2",
		`{"version":1,"api_sources":{"a":{}}}`: "`last_timestamp`",
	} {
		_, err := ParseRegistry([]byte(in))
		assert.ErrorContains(t, err, want, in)
	}
}

func FuzzParseRegistry(f *testing.F) {
	f.Add([]byte(`{"version":1,"api_sources":{"okta":{"last_timestamp":"2026-03-01T13:00:00+01:00","cursor":"x"}}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		all, err := ParseRegistry(in)
		if err != nil {
			return
		}
		for name := range all {
			require.False(t, all[name].Low.IsZero())
		}
	})
}

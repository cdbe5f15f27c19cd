// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

func TestABatchHasABoundedCost(t *testing.T) {
	text := func(n int) record.Record { return record.Record{Raw: strings.Repeat("x", n)} }
	list := record.Record{Values: []page.Value{{Kind: page.Array, Raw: "[" + strings.Repeat("1,", 50_000) + "1]"}}}
	shared := record.Record{Values: []page.Value{{Kind: page.String, Raw: `"` + strings.Repeat("x", 31<<10) + `"`}}}
	tree := record.Record{Raw: strings.Repeat(`{"a":{}},`, 1000)}
	for _, tc := range []struct {
		name, body string
		records    []record.Record
		want       int
	}{
		{"a thousand events of usual size are one", bodyRaw, slices.Repeat([]record.Record{text(3000)}, 1000), 1000},
		{"a hundred thousand tiny events are many", bodyRaw, slices.Repeat([]record.Record{text(2)}, 100_000), 4088},
		{"large events are few", bodyRaw, slices.Repeat([]record.Record{text(1 << 20)}, 8), 3},
		{"values of a map are dearer than their text", bodyMap, slices.Repeat([]record.Record{tree}, 100), 10},
		{"a long text in a map is a text", bodyMap, slices.Repeat([]record.Record{text(500_000)}, 10), 8},
		{"lists are dearer than text", bodyRaw, slices.Repeat([]record.Record{list}, 8), 2},
		{"an attribute that is longer than the record counts", bodyRaw, slices.Repeat([]record.Record{shared}, 1000), 127},
		{"one event is always one", bodyMap, slices.Repeat([]record.Record{text(16 << 20)}, 3), 1},
		{"the last batch is the rest", bodyRaw, []record.Record{text(1), text(1)}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.want, newEmitter(emitSettings{body: tc.body}).batch(tc.records))
		})
	}
}

func large(uids ...string) []record.Record {
	records := recordsOf(uids...)
	for i := range records {
		records[i].Raw = `{"x":"` + strings.Repeat("x", maxBatchCost*2/3) + `"}`
	}
	return records
}

func TestALargePageIsHandedOverInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.decide = func(_ []string, _ plog.Logs) error {
			if len(r.calls) == 2 {
				return errBusy
			}
			return nil
		}
		poison, err := r.Deliver(t.Context(), large("a", "b", "c"), time.Now())
		require.NoError(t, err)
		assert.Empty(t, poison)
		assert.Equal(t, [][]string{{"a"}, {"b"}, {"b"}, {"c"}}, r.calls, "what was accepted is not sent again")
	})
}

func TestPoisonInALaterBatchIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(uids []string, _ plog.Logs) error {
			if slices.Contains(uids, "b") {
				return errPoison
			}
			return nil
		}).quarantining(time.Minute)
		poison, err := r.Deliver(t.Context(), large("a", "b", "c"), time.Now())
		require.NoError(t, err)
		require.Len(t, poison, 1)
		assert.Equal(t, "b", poison[0].UID)
		assert.Equal(t, []string{"a", "c"}, r.accepted)
	})
}

// TestEachBatchIsHeldForItsOwnTime: the refusal of one batch says nothing about
// the next.
func TestEachBatchIsHeldForItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := newRig(t, func(uids []string, _ plog.Logs) error {
			since := time.Since(began)
			if uids[0] == "a" && since < 50*time.Minute || uids[0] == "b" && since < 90*time.Minute {
				return errPoison
			}
			return nil
		}).quarantining(time.Hour)
		poison, err := r.Deliver(t.Context(), large("a", "b"), began)
		require.NoError(t, err)
		assert.Empty(t, poison, "neither was refused for an hour")
		assert.Equal(t, []string{"a", "b"}, r.accepted)
	})
}

func TestALongListIsText(t *testing.T) {
	for n, kind := range map[int]string{maxMapValues: "Slice", maxMapValues + 1: "Str"} {
		raw := "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]"
		lr := one(emitSettings{attributes: []string{"a"}}, record.Record{Raw: "{}", UID: "u", Values: []page.Value{{Kind: page.Array, Raw: raw}}})
		v, ok := lr.Attributes().Get("a")
		require.True(t, ok)
		assert.Equal(t, kind, v.Type().String())
		if kind == "Str" {
			assert.Equal(t, raw, v.Str())
		}
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/restaudit/otelcol-audit/internal/page"
	"github.com/restaudit/otelcol-audit/internal/record"
)

// TestWhatRecordsGetFromBesideThemIsBounded: the vendor writes it once, and it is
// delivered with each record.
func TestWhatRecordsGetFromBesideThemIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		records, size int
		want          int // bytes of text; 0 = the object as it is
	}{
		"a usual one is whole":                    {1000, 4000, 0},
		"a long one is as long as any attribute":  {500, 1 << 20, record.MaxText},
		"what many have is shorter":               {2000, 1 << 20, maxBeside / 2000},
		"also if each is no longer than usual":    {2000, 30_000, maxBeside / 2000},
		"a short one is whole whatever they take": {40_000, 1000, 0},
		"a long one is never shorter than that":   {40_000, 30_000, leastBeside},
	} {
		t.Run(name, func(t *testing.T) {
			object := `{"x":"` + strings.Repeat("x", test.size-len(`{"x":""}`)) + `"}`
			raw, records := make([]page.Record, test.records), make([]record.Record, test.records)
			for i := range raw {
				raw[i].Fields = []page.Value{{Kind: page.String, Raw: `"a"`}}
			}
			related := RelatedSettings{Path: []string{"r"}, Fields: [][]string{{"actor"}}}
			related.join(page.Value{Kind: page.Object, Raw: `{"b":{},"a":` + object + `,"a":{}}`}, raw, records, 0)
			belong(records, []page.Value{{Kind: page.Object, Raw: object}})
			for _, r := range []record.Record{records[0], records[test.records-1]} {
				require.Len(t, r.Values, 2)
				for _, v := range r.Values {
					if test.want == 0 {
						assert.Equal(t, page.Value{Kind: page.Object, Raw: object}, v)
						assert.Zero(t, r.Flags)
						continue
					}
					assert.Equal(t, page.String, v.Kind)
					assert.Equal(t, object[:test.want], v.Text())
					assert.Equal(t, record.Clipped, r.Flags)
				}
			}
		})
	}
}

func TestOnlyTheRecordThatGotAValueIsFlaggedForIt(t *testing.T) {
	long := `{"x":"` + strings.Repeat("x", record.MaxText) + `"}`
	objects := fmt.Sprintf(`{"long":%s,"bad":{"x":"%s"},"good":{}}`, long, "\xff")
	var raw []page.Record
	for _, id := range []string{"long", "bad", "good", "none"} {
		raw = append(raw, page.Record{Fields: []page.Value{{Kind: page.String, Raw: `"` + id + `"`}}})
	}
	records := make([]record.Record, len(raw))
	RelatedSettings{Fields: [][]string{{"actor"}}}.join(page.Value{Kind: page.Object, Raw: objects}, raw, records, 0)
	for i, want := range []record.Flag{record.Clipped, record.InvalidUTF8, 0, 0} {
		assert.Equal(t, want, records[i].Flags)
	}
	assert.False(t, records[3].Values[0].Exists())
}

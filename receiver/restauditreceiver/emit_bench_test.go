// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/record"
)

// pdataFloor is what pdata itself allocates for a raw record with its uid and six
// attributes: the record, the block of attributes, and one wrapper for each of
// the eight values.
const pdataFloor = 10

func TestRawRecordAllocatesNothingBesidesPdata(t *testing.T) {
	const n = 200
	e, records := benchmarkPage(t, bodyRaw, n)
	perPage := testing.AllocsPerRun(10, func() { e.logs(records, testObserved) })
	assert.LessOrEqual(t, perPage, float64(pdataFloor*n+30))
}

func BenchmarkEmit(b *testing.B) {
	const n = 1000
	for _, body := range []string{bodyRaw, bodyMap, bodyMessage} {
		b.Run(body, func(b *testing.B) {
			e, records := benchmarkPage(b, body, n)
			b.SetBytes(int64(n * len(records[0].Raw)))
			b.ReportAllocs()
			for b.Loop() {
				e.logs(records, testObserved)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
		})
	}
}

// benchmarkPage returns n copies of the first event of the page in testdata.
func benchmarkPage(tb testing.TB, body string, n int) (*emitter, []record.Record) {
	records := make([]record.Record, n)
	event := oktaRecords(tb)[0]
	for i := range records {
		records[i] = event
	}
	return newEmitter(emitSettings{body: body, attributes: oktaNames}), records
}

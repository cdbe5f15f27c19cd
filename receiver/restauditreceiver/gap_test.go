// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/internal/source"
)

func TestGapRecordHasAnIdentityOfItsOwn(t *testing.T) {
	uid := func(sourceName string, g source.Gap, observed time.Time) string {
		e := newEmitter(emitSettings{resource: map[string]string{"restaudit.source": sourceName}})
		return uidsOf(e.gapLogs(g, observed))[0]
	}
	g := source.Gap{From: testTime, To: testTime.Add(time.Hour), Reason: source.GapQuarantined, UID: "u1", Detail: "x"}
	first := uid("restaudit/okta", g, testObserved)
	assert.Equal(t, first, uid("restaudit/okta", g, testObserved.Add(time.Hour)), "a repeat has the same uid")
	assert.NotEqual(t, "u1", first, "the record itself may still be delivered one day")
	assert.NotEqual(t, first, uid("restaudit/github", g, testObserved))
	for name, change := range map[string]func(g *source.Gap){
		"from":   func(g *source.Gap) { g.From = g.From.Add(1) },
		"to":     func(g *source.Gap) { g.To = time.Time{} },
		"reason": func(g *source.Gap) { g.Reason = source.GapRetention },
		"uid":    func(g *source.Gap) { g.UID = "u2" },
	} {
		other := g
		change(&other)
		assert.NotEqual(t, first, uid("restaudit/okta", other, testObserved), name)
	}
}

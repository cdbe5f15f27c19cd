// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const azureURL = "/azure/subscriptions/s-1/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01"

func TestAzureFollowsTheNextLink(t *testing.T) {
	g := newRig(t, Azure, untidy())
	g.clock.add(10 * time.Minute)
	var got []string
	filter := "eventTimestamp ge '2025-12-01T00:00:00.0000000Z' and eventTimestamp le '2026-02-01T00:00:00Z'"
	for next := azureURL + "&$filter=" + url.QueryEscape(filter); next != ""; {
		a := g.get(200, next)
		got = append(got, a.raw("value")...)
		next = a.get("nextLink").String()
	}
	assert.Positive(t, g.all(got))
}

func TestAzureRequiresItsFilter(t *testing.T) {
	g := newRig(t, Azure, LogConfig{Backlog: 100})
	for filter, want := range map[string]int{
		"eventTimestamp ge '2025-12-31T23:59:50Z'":                                                      10,
		"eventTimestamp ge '2025-12-31T23:59:50Z' and eventTimestamp le '2025-12-31T23:59:55.0000000Z'": 6,
	} {
		assert.Len(t, g.get(200, azureURL+"&$filter="+url.QueryEscape(filter)).raw("value"), want, filter)
	}
	for _, filter := range []string{"", "eventTimestamp ge 2025-12-31T23:59:50Z", "eventTimestamp gt '2025-12-31T23:59:50Z'", "a b c d e f g"} {
		assert.Equal(t, "BadRequest", g.get(400, azureURL+"&$filter="+url.QueryEscape(filter)).get("code").String(), filter)
	}
	g.get(400, strings.Replace(azureURL, "2015", "2016", 1))
	g.get(400, azureURL+"&$skipToken=x")
	g.get(401, azureURL, header("Authorization", "Bearer x"))
}

func FuzzAzureFilter(f *testing.F) {
	f.Add("eventTimestamp ge '2025-12-31T23:59:50Z' and eventTimestamp le '2025-12-31T23:59:55.0000000Z'")
	f.Add("eventTimestamp ge '")
	f.Fuzz(func(t *testing.T, text string) {
		if w, ok := azureFilter(text); ok {
			assert.False(t, w.from.IsZero() && w.to.IsZero() && !strings.Contains(text, "0001"))
		}
	})
}

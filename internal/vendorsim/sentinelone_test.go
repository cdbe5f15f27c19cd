// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSentinelOneWalkSeesEveryEvent(t *testing.T) {
	for _, order := range []string{"asc", "desc"} {
		g := newRig(t, SentinelOne, untidy())
		g.auth = header("Authorization", "ApiToken sim-sentinelone-token")
		g.clock.add(10 * time.Minute)
		var got []string
		query := "/sentinelone/web/api/v2.1/activities?sortBy=createdAt&limit=100&createdAt__gte=2025-12-01T00:00:00.000000Z&sortOrder=" + order
		for cursor := ""; ; {
			a := g.get(200, query+"&cursor="+cursor)
			got = append(got, a.raw("data")...)
			if cursor = a.get("pagination.nextCursor").String(); cursor == "" {
				assert.Len(t, got, int(a.get("pagination.totalItems").Int()))
				break
			}
		}
		assert.Positive(t, g.all(got), order)
	}
}

func TestSentinelOneOperatorsAreInTheNames(t *testing.T) {
	g := newRig(t, SentinelOne, LogConfig{Backlog: 100})
	g.auth = header("Authorization", "ApiToken sim-sentinelone-token")
	base := "/sentinelone/web/api/v2.1/activities?limit=100&"
	at := func(op string, s int) string {
		return "createdAt__" + op + "=" + epoch.Add(time.Duration(s)*time.Second).Format(layoutMicros)
	}
	for query, want := range map[string]int{
		at("gte", -10): 10, at("gt", -10): 9, at("gte", -10) + "&" + at("lt", -5): 5, at("gte", -10) + "&" + at("lte", -5): 6,
		"createdAt__between=" + strconv.FormatInt(epoch.UnixMilli()-10000, 10) + "-" + strconv.FormatInt(epoch.UnixMilli()-5000, 10): 6,
		at("gte", -10) + "&skip=4": 6,
	} {
		assert.Len(t, g.get(200, base+query).raw("data"), want, query)
	}
	a := g.get(200, base+"skipCount=true&"+at("gte", 10))
	assert.JSONEq(t, `{"data":null,"pagination":{"nextCursor":null,"totalItems":0}}`, a.body)
	for _, q := range []string{"skip=1001", "limit=0", "cursor=x", "sortBy=activityType", "createdAt__between=1", "createdAt__gte=1"} {
		g.get(400, base[:len(base)-10]+q)
	}
}

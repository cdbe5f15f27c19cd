// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// SentinelOne activities: GET /web/api/v2.1/activities, "Authorization: ApiToken token". Time bounds have their operator in
// the name; createdAt__between takes unix milliseconds, both ends included. limit 10, at most 1000; nextCursor is null at
// the end; `skip` reaches 1000 at most. Newest first unless sortOrder=asc. Without events `data` is null.

func sentinelOneProfile() profile {
	return profile{
		name: SentinelOne, precision: time.Microsecond, retention: 365 * 24 * time.Hour,
		render: sentinelOneEvent(), answer: sentinelOneAnswer, refuse: sentinelOneRefuse,
	}
}

func sentinelOneAnswer(c *call) reply {
	if c.path != "/web/api/v2.1/activities" || c.r.Method != http.MethodGet {
		return sentinelOneRefuse(c, notFound, "")
	}
	if c.r.Header.Get("Authorization") != "ApiToken "+c.opts.Credentials.Token {
		return sentinelOneRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("createdAt__gte", "createdAt__gt", "createdAt__lte", "createdAt__lt", "createdAt__between", "limit",
		"cursor", "skip", "sortBy", "sortOrder", "skipCount", "includeHidden"); bad != "" {
		return sentinelOneRefuse(c, badRequest, bad)
	}
	limit, ok1 := c.number("limit", 10, 1, 1000)
	skip, ok2 := c.number("skip", 0, 0, 1000)
	skipCount, ok3 := c.flag("skipCount")
	w, ok4 := c.sentinelOneWindow()
	by, order := c.query.Get("sortBy"), c.query.Get("sortOrder")
	if !ok1 || !ok2 || !ok3 || !ok4 || (by != "" && by != "id" && by != "createdAt") ||
		(order != "" && order != "asc" && order != "desc") {
		return sentinelOneRefuse(c, badRequest, "limit 1..1000; skip 0..1000; times ISO 8601; sortBy id or createdAt; sortOrder asc or desc")
	}
	lo, hi := c.log.Range(w.from, w.to, c.now)
	total := 0
	if !skipCount {
		total = c.total(lo, hi)
	}
	if token := c.query.Get("cursor"); token != "" {
		cur, err := c.cursor(token)
		if err != nil {
			return sentinelOneRefuse(c, badCursor, "")
		}
		if order == "asc" {
			lo = max(lo, int(cur.pos))
		} else {
			hi = min(hi, int(cur.pos))
		}
	}
	events, next, more := c.either(order == "asc", lo, hi, skip+c.size(limit), c.now)
	return c.sentinelOnePage(events[min(skip, len(events)):], next, more, total)
}

func (c *call) sentinelOnePage(events []int, next int, more bool, total int) reply {
	token := "null"
	if more {
		token = quoted(c.token(cursor{pos: int64(next)}))
	}
	body := []byte(`{"data":null`)
	if len(events) > 0 {
		body = append(c.records([]byte(`{"data":[`), events), ']')
	}
	return page(fmt.Appendf(body, `,"pagination":{"nextCursor":%s,"totalItems":%d}}`, token, total), events)
}

// sentinelOneWindow reads the time bounds.
func (c *call) sentinelOneWindow() (w window, ok bool) {
	for op, apply := range map[string]func(t time.Time){
		"gte": w.notBefore, "gt": func(t time.Time) { w.notBefore(t.Add(1)) },
		"lt": w.before, "lte": func(t time.Time) { w.before(t.Add(1)) },
	} {
		t, ok := c.instant("createdAt__" + op)
		if !ok {
			return w, false
		}
		if !t.IsZero() {
			apply(t)
		}
	}
	if c.query.Has("createdAt__between") {
		a, b, _ := strings.Cut(c.query.Get("createdAt__between"), "-")
		from, err1 := strconv.ParseInt(a, 10, 64)
		to, err2 := strconv.ParseInt(b, 10, 64)
		if err1 != nil || err2 != nil {
			return w, false
		}
		w.notBefore(time.UnixMilli(from))
		w.before(time.UnixMilli(to).Add(1))
	}
	return w, true
}

func sentinelOneRefuse(c *call, why refusal, detail string) reply {
	fail := func(status, code int, title string) reply {
		return jsonReply(status, fmt.Sprintf(`{"errors":[{"code":%d,"detail":%s,"title":%q}]}`, code, quoted(detail), title))
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, 4010010, "Authentication Failed")
	case tooMany:
		r := fail(http.StatusTooManyRequests, 4290010, "Too Many Requests")
		r.header.Set("Retry-After", strconv.Itoa(c.retryAfter()))
		return r
	case badCursor:
		return fail(http.StatusBadRequest, 4000040, "Invalid cursor")
	case notFound:
		return fail(http.StatusNotFound, 4040010, "Not Found")
	case broken:
		return fail(http.StatusInternalServerError, 5000010, "Internal Server Error")
	case failedOK:
		return fail(http.StatusOK, 5000010, "Internal Server Error")
	default:
		return fail(http.StatusBadRequest, 4000010, "Validation Error")
	}
}

// sentinelOneEvent renders an activity; the id is a number in a string.
func sentinelOneEvent() field {
	return compile(`{"accountId":"1","accountName":"Default","activityType":$type$,"activityUuid":null,"agentId":null,`+
		`"agentUpdatedVersion":null,"comments":null,"createdAt":"$time$","data":{"username":"$name$","email":"$email$","ipAddress":"$ip$",`+
		`"role":"admin","source":"mgmt","userAgent":"$agent$","userScope":"account"},"description":null,"groupId":null,`+
		`"id":"1234567$index$","primaryDescription":"The management user $name$ did something","secondaryDescription":null,`+
		`"siteId":null,"threatId":null,"updatedAt":"$time$","userId":"$n$"}`,
		map[string]field{"time": in(layoutMicros), "type": oneOf(1, "27", "33", "67", "120", "5040")})
}

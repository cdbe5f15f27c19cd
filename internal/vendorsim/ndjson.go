// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"net/http"
	"strconv"
	"time"
)

// NDJSON is a vendor that streams lines: GET /v1/events, "Authorization: Token token", `limit` (100, at most 1000),
// `since` in RFC 3339, or `cursor`. The body is application/x-ndjson, compressed for clients that accept gzip; the cursor
// of the next request is always in X-Next-Cursor, and X-Has-More says whether there is anything there now. Events come in
// order of arrival.

func ndjsonProfile() profile {
	return profile{
		name: NDJSON, precision: time.Nanosecond, gzip: true,
		render: ndjsonEvent(), answer: ndjsonAnswer, refuse: ndjsonRefuse,
	}
}

func ndjsonAnswer(c *call) reply {
	if c.path != "/v1/events" || c.r.Method != http.MethodGet {
		return ndjsonRefuse(c, notFound, "")
	}
	if c.r.Header.Get("Authorization") != "Token "+c.opts.Credentials.Token {
		return ndjsonRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("limit", "since", "cursor"); bad != "" {
		return ndjsonRefuse(c, badRequest, bad)
	}
	limit, ok1 := c.number("limit", 100, 1, 1000)
	since, ok2 := c.instant("since")
	if !ok1 || !ok2 {
		return ndjsonRefuse(c, badRequest, "limit 1..1000; since in RFC 3339")
	}
	cur := cursor{pos: int64(c.log.ArrivedSince(since, c.now))}
	if token := c.query.Get("cursor"); token != "" {
		var err error
		if cur, err = c.cursor(token); err != nil {
			return ndjsonRefuse(c, badCursor, "")
		}
	}
	events, next, more := c.stream(int(cur.pos), c.size(limit), nil)
	cur.pos = int64(next)
	var body []byte
	for _, i := range events {
		body = append(c.appendBody(body, i), '\n')
	}
	r := page(body, events)
	r.header.Set("Content-Type", "application/x-ndjson")
	r.header.Set("X-Next-Cursor", c.token(cur))
	r.header.Set("X-Has-More", strconv.FormatBool(more))
	return r
}

func ndjsonRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, message string) reply {
		return jsonReply(status, `{"error":`+quoted(message)+"}\n")
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, "invalid token")
	case tooMany:
		r := fail(http.StatusTooManyRequests, "rate limited")
		r.header.Set("X-Ratelimit-Reset", strconv.FormatInt(c.quota.reset.UnixMilli(), 10)) // epoch milliseconds
		return r
	case badCursor:
		return fail(http.StatusGone, "cursor expired")
	case notFound:
		return fail(http.StatusNotFound, "not found")
	case broken:
		return fail(http.StatusInternalServerError, "internal error")
	case failedOK:
		return fail(http.StatusOK, "internal error")
	default:
		return fail(http.StatusBadRequest, detail)
	}
}

// ndjsonEvent renders a line.
func ndjsonEvent() field {
	return compile(`{"id":"ndjson-$index$","ts":"$time$","verb":"$verb$","who":{"name":"$name$","email":"$email$"},"ip":"$ip$",`+
		`"agent":"$agent$","size":1.7e3,"tags":[],"ok":true}`,
		map[string]field{"time": in(layoutNanos), "verb": oneOf(1, "read", "write", "delete", "share")})
}

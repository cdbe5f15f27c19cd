// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Okta System Log: GET /api/v1/logs, "Authorization: SSWS token" or a bearer token.
//
// A request without `until` in ascending order is a polling request: events come in the order in which Okta persisted
// them, and there is always a next link, after the last event too. With `until`, or descending, the request is bounded
// by `published` (from inclusive, until exclusive; the documentation is silent) and its last page has no next link.
const (
	oktaRetention = 90 * 24 * time.Hour
	oktaOldest    = 180 * 24 * time.Hour // a `since` before this is an error
	oktaDefault   = 7 * 24 * time.Hour   // `since` when there is none
)

// Modes of an Okta cursor.
const (
	oktaPolling int64 = iota
	oktaAscending
	oktaDescending
)

func oktaProfile() profile {
	return profile{
		name: Okta, precision: time.Millisecond, retention: oktaRetention,
		render: oktaEvent(""), answer: oktaAnswer, refuse: oktaRefuse,
	}
}

func oktaAnswer(c *call) reply {
	if c.path != "/api/v1/logs" || c.r.Method != http.MethodGet {
		return oktaRefuse(c, notFound, "")
	}
	if a := c.r.Header.Get("Authorization"); a != "SSWS "+c.opts.Credentials.Token && !c.bearer() {
		return oktaRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("since", "until", "after", "limit", "sortOrder"); bad != "" {
		return oktaRefuse(c, badRequest, bad)
	}
	limit, ok := c.number("limit", 100, 0, 1000)
	if !ok {
		return oktaRefuse(c, badRequest, "limit: must be between 0 and 1000")
	}
	cur, problem := c.oktaPosition()
	if problem != nil {
		return *problem
	}
	cur.limit = int64(limit)
	return c.oktaPage(cur)
}

// oktaPosition is where the request wants to read: from its cursor or from its time bounds.
func (c *call) oktaPosition() (cursor, *reply) {
	fail := func(why refusal, detail string) (cursor, *reply) {
		r := oktaRefuse(c, why, detail)
		return cursor{}, &r
	}
	if c.query.Has("after") {
		if c.query.Has("since") {
			return fail(badRequest, "since and after can't be used together")
		}
		cur, err := c.cursor(c.query.Get("after"))
		if err != nil {
			return fail(badCursor, "after")
		}
		return cur, nil
	}
	since, ok1 := c.instant("since")
	until, ok2 := c.instant("until")
	order := c.query.Get("sortOrder")
	if !ok1 || !ok2 || (order != "" && order != "ASCENDING" && order != "DESCENDING") {
		return fail(badRequest, "since, until: must be ISO 8601; sortOrder: ASCENDING or DESCENDING")
	}
	if !since.IsZero() && since.Before(c.now.Add(-oktaOldest)) {
		r := oktaError(http.StatusBadRequest, "E0000053", "Invalid filter: since is more than 180 days ago")
		return cursor{}, &r
	}
	return c.oktaStart(since, until, order == "DESCENDING"), nil
}

// oktaStart is the cursor before the first page.
func (c *call) oktaStart(since, until time.Time, descending bool) cursor {
	polling := until.IsZero() && !descending
	if until.IsZero() {
		until = c.now
	}
	if since.IsZero() {
		since = until.Add(-oktaDefault)
	}
	switch {
	case polling:
		return cursor{mode: oktaPolling, pos: int64(c.log.ArrivedSince(since, c.now))}
	case descending:
		_, hi := c.log.Range(since, until, c.now)
		return cursor{mode: oktaDescending, from: since, to: until, pos: int64(hi)}
	default:
		lo, _ := c.log.Range(since, until, c.now)
		return cursor{mode: oktaAscending, from: since, to: until, pos: int64(lo)}
	}
}

// oktaPage serves the page at a cursor, with its Link header: two lines, self and next.
func (c *call) oktaPage(cur cursor) reply {
	var (
		events []int
		next   int
		more   bool
	)
	n := c.size(int(cur.limit))
	switch cur.mode {
	case oktaPolling:
		events, next, _ = c.stream(int(cur.pos), n, func(i int) bool { return c.log.Visible(i, c.now) })
		more = true
	case oktaDescending:
		lo, _ := c.log.Range(cur.from, cur.to, c.now)
		events, next, more = c.backward(lo, int(cur.pos), n, c.now)
	default:
		_, hi := c.log.Range(cur.from, cur.to, c.now)
		events, next, more = c.forward(int(cur.pos), hi, n, c.now)
	}
	r := page(append(c.records([]byte{'['}, events), ']'), events)
	c.oktaHeaders(r.header)
	r.header.Add("Link", fmt.Sprintf(`<%s%s>; rel="self"`, c.base, c.r.URL.RequestURI()[len(c.prefix):]))
	if more {
		cur.pos = int64(next)
		r.header.Add("Link", fmt.Sprintf(`<%s/api/v1/logs?%s>; rel="next"`, c.base, c.oktaNext(cur)))
	}
	return r
}

// oktaNext is the query of the next link: that of the request, with the cursor in place of `since`.
func (c *call) oktaNext(cur cursor) string {
	limit := strconv.FormatInt(cur.limit, 10)
	q := url.Values{"limit": {limit}, "after": {c.token(cur)}}
	for _, name := range [...]string{"until", "sortOrder"} {
		if c.query.Has(name) {
			q.Set(name, c.query.Get(name))
		}
	}
	return q.Encode()
}

func (c *call) oktaHeaders(h http.Header) {
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(c.quota.limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(c.quota.remaining))
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(c.quota.reset.Unix(), 10))
}

func oktaRefuse(c *call, why refusal, detail string) reply {
	switch why {
	case badCredentials:
		return oktaError(http.StatusUnauthorized, "E0000011", "Invalid token provided")
	case tooMany:
		r := oktaError(http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.")
		c.oktaHeaders(r.header)
		return r
	case badCursor:
		return oktaError(http.StatusBadRequest, "E0000031", "Invalid search criteria: after")
	case notFound:
		return oktaError(http.StatusNotFound, "E0000007", "Not found: Resource not found: "+c.path)
	case broken:
		return oktaError(http.StatusInternalServerError, "E0000009", "Internal Server Error")
	case failedOK:
		return oktaError(http.StatusOK, "E0000009", "Internal Server Error")
	default:
		return oktaError(http.StatusBadRequest, "E0000001", "Api validation failed: "+detail)
	}
}

func oktaError(status int, code, summary string) reply {
	return jsonReply(status, fmt.Sprintf(
		`{"errorCode":%q,"errorSummary":%s,"errorLink":%q,"errorId":"sim","errorCauses":[]}`, code, quoted(summary), code))
}

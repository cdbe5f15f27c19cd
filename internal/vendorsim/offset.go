// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"strconv"
)

// Offset is the "custom vendor" of our documentation: GET /v1/audit/events with X-API-Key, `limit` (50, at most 1000) and
// `skip`, newest first unless sort=asc, `from_time` and `until` both inclusive in RFC 3339, events at data.events.
// Events that arrive while somebody pages move the rest along, as they do at every vendor of this kind.

func offsetProfile() profile {
	return profile{name: Offset, precision: 1, render: offsetEvent(), answer: offsetAnswer, refuse: offsetRefuse}
}

func offsetAnswer(c *call) reply {
	if c.path != "/v1/audit/events" || c.r.Method != http.MethodGet {
		return offsetRefuse(c, notFound, "")
	}
	if c.r.Header.Get("X-Api-Key") != c.opts.Credentials.Token {
		return offsetRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("limit", "skip", "from_time", "until", "sort", "include"); bad != "" {
		return offsetRefuse(c, badRequest, bad)
	}
	limit, ok1 := c.number("limit", 50, 1, 1000)
	skip, ok2 := c.number("skip", 0, 0, maxEvents)
	from, ok3 := c.instant("from_time")
	until, ok4 := c.instant("until")
	sort := c.query.Get("sort")
	if !ok1 || !ok2 || !ok3 || !ok4 || (sort != "" && sort != "asc" && sort != "desc") {
		return offsetRefuse(c, badRequest, "limit 1..1000, skip >= 0, from_time and until in RFC 3339, sort asc or desc")
	}
	if !until.IsZero() {
		until = until.Add(1) // inclusive
	}
	lo, hi := c.log.Range(from, until, c.now)
	// The place in the list is what offset paging is about, so faults that shorten pages don't touch it.
	all, _, _ := c.either(sort == "asc", lo, hi, skip+min(limit, c.opts.MaxPage), c.now)
	events := all[min(skip, len(all)):]
	body := append(c.records([]byte(`{"ok":true,"data":{"events":[`), events), `],"skip":`...)
	body = append(strconv.AppendInt(body, int64(skip), 10), "}}"...)
	return page(body, events)
}

func offsetRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, code, message string) reply {
		return jsonReply(status, fmt.Sprintf(`{"ok":false,"error":{"code":%q,"message":%s}}`, code, quoted(message)))
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, "unauthorized", "invalid API key")
	case tooMany:
		r := fail(http.StatusTooManyRequests, "rate_limited", "slow down")
		r.header.Set("Retry-After", c.quota.reset.Format(http.TimeFormat))
		return r
	case notFound:
		return fail(http.StatusNotFound, "not_found", c.path)
	case broken:
		return fail(http.StatusInternalServerError, "internal", "internal error")
	case failedOK:
		return fail(http.StatusOK, "internal", "internal error")
	default:
		return fail(http.StatusBadRequest, "bad_request", detail)
	}
}

// offsetEvent renders an event of the custom vendor.
func offsetEvent() field {
	return compile(`{"event_id":"offset-$index$","event_time":"$time$","action":"$action$","description":"$name$ did $action$",`+
		`"severity":"$severity$","actor":{"id":"$pid$","name":"$name$","email":"$email$"},"client":{"ip":"$ip$","agent":"$agent$"},`+
		`"target":{"type":"project","id":9007199254740993$n$,"labels":["a","b\u0000c",null]},"ratio":1.10,"changes":{"old":null,"new":{"on":true}}}`,
		map[string]field{
			"time":     in(layoutNanos),
			"action":   oneOf(1, "project.create", "project.delete", "user.login", "user.logout", "key.rotate"),
			"severity": oneOf(2, "info", "warning", "critical"),
		})
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// WorkOS Events: GET /events with a bearer key. The cursor `after` is the id of any stored event; list_metadata.after is
// null at the end of the list. Order is desc unless asked otherwise, by creation, which is when the event was stored;
// range_start and range_end exclude their own instant, as "created after" and "created before" say literally. An id names
// one place, so this vendor never repeats an event. `events` and `organization_id` are not simulated.
const workosRetention = 30 * 24 * time.Hour

func workosProfile() profile {
	return profile{
		name: WorkOS, precision: time.Millisecond, retention: workosRetention, unique: true,
		render: workosEvent(), answer: workosAnswer, refuse: workosRefuse,
	}
}

func workosAnswer(c *call) reply {
	if c.path != "/events" || c.r.Method != http.MethodGet {
		return workosRefuse(c, notFound, "")
	}
	if !c.bearer() {
		return workosRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("after", "limit", "order", "range_start", "range_end"); bad != "" {
		return workosRefuse(c, badRequest, bad)
	}
	limit, ok1 := c.number("limit", 10, 1, 100)
	start, ok2 := c.instant("range_start")
	end, ok3 := c.instant("range_end")
	order := c.query.Get("order")
	if !ok1 || !ok2 || !ok3 || (order != "" && order != "asc" && order != "desc" && order != "normal") {
		return workosRefuse(c, badRequest, "limit 1..100; range_start, range_end ISO 8601; order asc, desc or normal")
	}
	after := -1
	if id := c.query.Get("after"); id != "" {
		i, ok := uidIndex(id)
		if !ok || c.expire || i >= c.log.Count(c.now) || !c.log.Visible(i, c.now) || c.uid(i) != id {
			return workosRefuse(c, badCursor, "")
		}
		after = i
	}
	keep := func(i int) bool {
		t := c.log.stated(i)
		return c.log.Visible(i, c.now) && t.After(start) && (end.IsZero() || t.Before(end))
	}
	return c.workosPage(after, max(c.size(limit), 1), order == "asc", keep)
}

func (c *call) workosPage(after, n int, ascending bool, keep func(i int) bool) reply {
	var (
		events []int
		more   bool
	)
	switch {
	case ascending && after < 0:
		events, _, more = c.stream(0, n, keep)
	case ascending:
		events, _, more = c.stream(c.log.Position(after)+1, n, keep)
	case after < 0:
		events, more = c.streamBack(c.log.Arrived(c.now), n, keep)
	default:
		events, more = c.streamBack(c.log.Position(after), n, keep)
	}
	next := "null"
	if more {
		next = quoted(c.uid(events[len(events)-1]))
	}
	body := c.records([]byte(`{"object":"list","data":[`), events)
	return page(fmt.Appendf(body, `],"list_metadata":{"before":null,"after":%s}}`, next), events)
}

func workosRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, code, message string) reply {
		return jsonReply(status, `{"message":`+quoted(message)+`,"code":"`+code+`"}`)
	}
	switch why {
	case badCredentials:
		return jsonReply(http.StatusUnauthorized, `{"message":"Unauthorized"}`)
	case tooMany:
		r := fail(http.StatusTooManyRequests, "rate_limit_exceeded", "Rate limit exceeded")
		r.header.Set("Retry-After", strconv.Itoa(c.retryAfter()))
		return r
	case badCursor:
		return fail(http.StatusBadRequest, "invalid_cursor", "Could not find the event of the cursor")
	case notFound:
		return fail(http.StatusNotFound, "not_found", "Not Found")
	case broken:
		return fail(http.StatusInternalServerError, "server_error", "Internal server error")
	case failedOK:
		return fail(http.StatusOK, "server_error", "Internal server error")
	default:
		return fail(http.StatusUnprocessableEntity, "invalid_request_parameters", detail)
	}
}

// workosEvent renders an event.
func workosEvent() field {
	return compile(`{"object":"event","id":"event_01SIM$index$","event":"$event$","created_at":"$time$",`+
		`"data":{"object":"directory_user","id":"directory_user_$hex$","email":"$email$","first_name":"$name$","organization_id":"org_01",`+
		`"ip_address":"$ip$","user_agent":"$agent$","state":"active","custom_attributes":{"department":null,"level":1e2}},"context":{}}`,
		map[string]field{
			"time":  in(layoutMillis),
			"event": oneOf(1, "dsync.user.created", "dsync.user.updated", "authentication.sso_succeeded", "session.created"),
		})
}

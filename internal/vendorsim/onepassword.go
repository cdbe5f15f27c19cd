// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// 1Password Events API: POST /api/v2/auditevents with a bearer token. The body is either a reset cursor {"limit",
// "start_time","end_time"}, all optional (100; an hour ago; open), or {"cursor"} alone. Every answer has a cursor that
// goes on after its last event, for ever; has_more says whether there is anything there now. An empty cursor is a reset
// cursor: whoever sends one loses the place. Events come in order of arrival.
const (
	onePasswordRetention = 120 * 24 * time.Hour
	onePasswordDefault   = time.Hour
)

func onePasswordProfile() profile {
	return profile{
		name: OnePassword, precision: time.Second, retention: onePasswordRetention,
		render: onePasswordEvent(), answer: onePasswordAnswer, refuse: onePasswordRefuse,
	}
}

// onePasswordBody is the body of a request.
type onePasswordBody struct {
	Cursor string     `json:"cursor"`
	Limit  *int       `json:"limit"`
	Start  *time.Time `json:"start_time"`
	End    *time.Time `json:"end_time"`
}

func onePasswordAnswer(c *call) reply {
	if c.path != "/api/v2/auditevents" || c.r.Method != http.MethodPost {
		return onePasswordRefuse(c, notFound, "")
	}
	if !c.bearer() {
		return onePasswordRefuse(c, badCredentials, "")
	}
	if bad := c.unknown(); bad != "" {
		return onePasswordRefuse(c, badRequest, bad)
	}
	var in onePasswordBody
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return onePasswordRefuse(c, badRequest, "body must be {limit,start_time,end_time} or {cursor}")
	}
	if in.Cursor == "" {
		return c.onePasswordReset(in)
	}
	if in.Limit != nil || in.Start != nil || in.End != nil {
		return onePasswordRefuse(c, badRequest, "cursor can't be combined with limit, start_time or end_time")
	}
	cur, err := c.cursor(in.Cursor)
	if err != nil {
		return onePasswordRefuse(c, badCursor, "")
	}
	return c.onePasswordPage(cur)
}

func (c *call) onePasswordReset(in onePasswordBody) reply {
	cur := cursor{limit: 100, from: c.now.Add(-onePasswordDefault)}
	if in.Limit != nil {
		cur.limit = int64(*in.Limit)
	}
	if in.Start != nil {
		cur.from = in.Start.UTC()
	}
	if in.End != nil {
		cur.to = in.End.UTC()
	}
	if cur.limit < 1 || cur.limit > 1000 {
		return onePasswordRefuse(c, badRequest, "limit must be between 1 and 1000")
	}
	return c.onePasswordPage(cur)
}

func (c *call) onePasswordPage(cur cursor) reply {
	events, next, more := c.stream(int(cur.pos), c.size(int(cur.limit)), func(i int) bool {
		t := c.log.stated(i)
		return c.log.Visible(i, c.now) && !t.Before(cur.from) && (cur.to.IsZero() || t.Before(cur.to))
	})
	cur.pos = int64(next)
	body := fmt.Appendf(nil, `{"cursor":%q,"has_more":%t,"items":[`, c.token(cur), more)
	return page(append(c.records(body, events), "]}"...), events)
}

func onePasswordRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, message string) reply {
		return jsonReply(status, `{"Error":{"Message":`+quoted(message)+`}}`)
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, "Unauthorized access")
	case tooMany:
		r := fail(http.StatusTooManyRequests, "Too many requests")
		r.header.Set("Retry-After", strconv.Itoa(c.retryAfter()))
		return r
	case badCursor:
		return fail(http.StatusBadRequest, "Invalid cursor")
	case notFound:
		return fail(http.StatusNotFound, "Not found")
	case broken:
		return fail(http.StatusInternalServerError, "Internal server error")
	case failedOK:
		return fail(http.StatusOK, "Internal server error")
	default:
		return fail(http.StatusBadRequest, "Bad request: "+detail)
	}
}

// onePasswordEvent renders an audit event.
func onePasswordEvent() field {
	return compile(`{"uuid":"56YE2TYN2VFYRL$index$","timestamp":"$time$","actor_uuid":"4HCGRGYCTRQFBM$pid$",`+
		`"actor_details":{"uuid":"4HCGRGYCTRQFBM$pid$","name":"$name$","email":"$email$"},"actor_type":"user",`+
		`"actor_account_uuid":"M4E2SWNZAZFTRGQGDNS2E5A4MU","account_uuid":"M4E2SWNZAZFTRGQGDNS2E5A4MU","action":"$action$",`+
		`"object_type":"$object$","object_uuid":"OBJ$hex$","aux_id":$n$,"aux_uuid":null,"aux_info":"$agent$",`+
		`"session":{"uuid":"A5K6COGVRVEJXJW3XQZGS7VAMM","login_time":"2025-06-11T16:30:02-03:00",`+
		`"device_uuid":"553aee6b-7da1-4043-84ab-86ff036035bf","ip":"$ip$"},`+
		`"location":{"country":"Canada","region":"Ontario","city":"Toronto","latitude":43.5991,"longitude":-79.4988}}`,
		map[string]field{
			"time":   in(layoutSeconds),
			"action": oneOf(1, "create", "suspend", "grant", "activate"),
			"object": oneOf(1, "vault", "user", "gm", "account"),
		})
}

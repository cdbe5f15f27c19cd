// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Slack Audit Logs: GET /audit/v1/logs, "Authorization: Bearer xoxp-...". oldest and latest are unix seconds, both
// inclusive; newest first, always; limit (100, at most 9999) is a wish; next_cursor "" is the end. Errors of the API
// itself come under status 200 with ok=false.

func slackProfile() profile {
	return profile{name: Slack, precision: time.Second, render: slackEvent(), answer: slackAnswer, refuse: slackRefuse}
}

func slackAnswer(c *call) reply {
	if c.path != "/audit/v1/logs" || c.r.Method != http.MethodGet {
		return slackRefuse(c, notFound, "")
	}
	if !c.bearer() {
		return slackRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("oldest", "latest", "limit", "cursor"); bad != "" {
		return slackRefuse(c, badRequest, bad)
	}
	limit, ok1 := c.number("limit", 100, 1, 9999)
	oldest, ok2 := c.seconds("oldest")
	latest, ok3 := c.seconds("latest")
	if !ok1 || !ok2 || !ok3 {
		return slackRefuse(c, badRequest, "limit 1..9999; oldest, latest: unix seconds")
	}
	if !latest.IsZero() {
		latest = latest.Add(time.Second) // inclusive, and times have whole seconds
	}
	lo, hi := c.log.Range(oldest, latest, c.now)
	if token := c.query.Get("cursor"); token != "" {
		cur, err := c.cursor(token)
		if err != nil {
			return slackRefuse(c, badCursor, "")
		}
		hi = min(hi, int(cur.pos))
	}
	events, next, more := c.backward(lo, hi, c.size(limit), c.now)
	token := ""
	if more {
		token = c.token(cursor{pos: int64(next)})
	}
	body := c.records([]byte(`{"entries":[`), events)
	return page(fmt.Appendf(body, `],"response_metadata":{"next_cursor":%q}}`, token), events)
}

// seconds reads a parameter in unix seconds; the zero time when absent.
func (c *call) seconds(name string) (t time.Time, ok bool) {
	if !c.query.Has(name) {
		return time.Time{}, true
	}
	n, err := strconv.ParseInt(c.query.Get(name), 10, 64)
	return time.Unix(n, 0).UTC(), err == nil && n >= 0 && n < 1<<33
}

func slackRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, code string) reply {
		return jsonReply(status, `{"ok":false,"error":"`+code+`"}`)
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, "invalid_auth")
	case tooMany:
		r := fail(http.StatusTooManyRequests, "ratelimited")
		r.header.Set("Retry-After", strconv.Itoa(c.retryAfter()))
		return r
	case badCursor:
		return fail(http.StatusOK, "invalid_cursor")
	case notFound:
		return fail(http.StatusNotFound, "unknown_method")
	case broken:
		return fail(http.StatusInternalServerError, "internal_error")
	case failedOK:
		return fail(http.StatusOK, "internal_error")
	default:
		r := fail(http.StatusBadRequest, "invalid_arguments")
		r.header.Set("X-Sim-Reason", detail)
		return r
	}
}

// slackEvent renders an audit entry, with a session id above 2^53.
func slackEvent() field {
	return compile(`{"id":"0123a45b-6c7d-4900-812f-$index$","date_create":$time$,"action":"$action$",`+
		`"actor":{"type":"user","user":{"id":"$pid$","name":"$name$","email":"$email$","team":"T1"}},`+
		`"entity":{"type":"$entity$","$entity$":{"id":"C$hex32$","name":"caf\u00e9","privacy":"public","is_shared":false}},`+
		`"context":{"location":{"type":"workspace","id":"T1","name":"Acme","domain":"acme"},"ua":"$agent$","ip_address":"$ip$",`+
		`"session_id":9223372036854$digits$},"details":{"name":"x\/y","new_value":["a",null,{"b":[]}]}}`,
		map[string]field{
			"time":   func(dst []byte, e Event) []byte { return strconv.AppendInt(dst, e.Time.Unix(), 10) },
			"digits": func(dst []byte, e Event) []byte { return strconv.AppendUint(dst, 100+e.Dice%700, 10) },
			"action": oneOf(1, "user_login", "public_channel_created", "file_downloaded", "role_change_to_admin"),
			"entity": oneOf(1, "workspace", "channel", "file", "user"),
		})
}

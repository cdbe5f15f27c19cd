// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Okta Advanced Server Access: GET /v1/teams/{team}/auditsV2 with a bearer token from POST
// /v1/teams/{team}/service_token {key_id,key_secret} (or the fixed Token). No time filter: the position is the opaque
// offset in the Link header, which is absent on the newest page, the one that isn't full. Oldest first by arrival
// unless descending=true. What actors and clients are is told beside the list, in related_objects.

func asaProfile() profile {
	return profile{name: ASA, precision: 1, render: asaEvent(), answer: asaAnswer, refuse: asaRefuse}
}

func asaAnswer(c *call) reply {
	rest, ok := strings.CutPrefix(c.path, "/v1/teams/")
	team, what, _ := strings.Cut(rest, "/")
	switch {
	case !ok || team == "":
		return asaRefuse(c, notFound, "")
	case what == "service_token" && c.r.Method == http.MethodPost:
		return c.asaLogin(team)
	case what != "auditsV2" || c.r.Method != http.MethodGet:
		return asaRefuse(c, notFound, "")
	case !c.bearer():
		return asaRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("count", "descending", "prev", "offset"); bad != "" {
		return asaRefuse(c, badRequest, bad)
	}
	count, ok1 := c.number("count", 100, 1, 1000)
	descending, ok2 := c.flag("descending")
	prev, ok3 := c.flag("prev")
	if !ok1 || !ok2 || !ok3 {
		return asaRefuse(c, badRequest, "count 1..1000; descending, prev: true or false")
	}
	newest := c.log.Arrived(c.now)
	at := 0
	if descending {
		at = newest
	}
	if token := c.query.Get("offset"); token != "" {
		cur, err := c.cursor(token)
		if err != nil {
			return asaRefuse(c, badCursor, "")
		}
		at = min(int(cur.pos), newest)
	}
	return c.asaPage(at, newest, count, descending, prev)
}

// asaLogin issues a bearer token.
func (c *call) asaLogin(team string) reply {
	var in struct {
		KeyID     string `json:"key_id"`
		KeySecret string `json:"key_secret"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return asaRefuse(c, badRequest, "body must be {key_id,key_secret}")
	}
	if in.KeyID != c.opts.Credentials.KeyID || in.KeySecret != c.opts.Credentials.KeySecret {
		return asaRefuse(c, badCredentials, "")
	}
	token, expires := c.issue()
	return jsonReply(http.StatusOK, fmt.Sprintf(`{"bearer_token":%q,"expires_at":%q,"team_name":%s}`,
		token, expires.Format(time.RFC3339), quoted(team)))
}

// flag reads a boolean parameter, false when absent.
func (c *call) flag(name string) (on, ok bool) {
	if !c.query.Has(name) {
		return false, true
	}
	on, err := strconv.ParseBool(c.query.Get(name))
	return on, err == nil
}

// asaPage serves count events beside the position: after it, or before it when exactly one of descending and prev is
// set. Pages are listed in the asked order.
func (c *call) asaPage(at, newest, count int, descending, prev bool) reply {
	n := c.size(count)
	lo, hi := at, min(at+n, newest)
	if descending != prev {
		lo, hi = max(at-n, 0), at
	}
	events := c.log.InArrivalOrder(lo, hi)
	full := hi-lo == n
	ahead, behind := hi, lo
	if descending {
		slices.Reverse(events)
		ahead, behind = lo, hi
	}
	var links []string
	if behind > 0 && behind < newest {
		links = append(links, c.asaLink("prev", behind, count, descending))
	}
	if full {
		links = append(links, c.asaLink("next", ahead, count, descending))
	}
	body := c.records([]byte(`{"list":[`), events)
	r := page(append(append(body, `],"related_objects":`...), c.asaRelated(events)...), events)
	r.body = append(r.body, '}')
	if len(links) > 0 {
		r.header.Set("Link", strings.Join(links, ", "))
	}
	c.asaHeaders(r.header)
	return r
}

func (c *call) asaLink(rel string, pos, count int, descending bool) string {
	extra := ""
	if descending {
		extra = "&descending=true"
	}
	if rel == "prev" {
		extra += "&prev=true"
	}
	return fmt.Sprintf(`<%s%s?count=%d&offset=%s%s>; rel="%s"`,
		c.base, c.path, count, c.token(cursor{pos: int64(pos)}), extra, rel)
}

// asaRelated describes the actors and clients of a page.
func (c *call) asaRelated(events []int) []byte {
	seen := map[string]bool{}
	out := []byte{'{'}
	add := func(text field, key string, e Event) {
		if seen[key] {
			return
		}
		if seen[key] = true; len(seen) > 1 {
			out = append(out, ',')
		}
		out = text(out, e)
	}
	for _, i := range events {
		e := c.log.Event(i)
		add(asaUser, e.person().id, e)
		add(asaClient, e.ip(), e)
	}
	return append(out, '}')
}

var (
	asaUser = compile(`"$pid$=":{"type":"user","object":{"id":"e4c22cba-$pid$","name":"$name$","status":"ACTIVE",`+
		`"user_type":"human","email":"$email$"}}`, nil)
	asaClient = compile(`"c$ip$=":{"type":"client","object":{"hostname":"laptop-$ip$","os":"macOS 15","state":"ACTIVE"}}`, nil)
)

func (c *call) asaHeaders(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(c.quota.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(c.quota.remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(c.quota.reset.Unix(), 10))
}

func asaRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, code, message string) reply {
		return jsonReply(status, `{"type":"`+code+`","message":`+quoted(message)+`}`)
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, "authentication_error", "Authentication failed")
	case tooMany:
		r := fail(http.StatusTooManyRequests, "too_many_requests", "Too many requests")
		c.asaHeaders(r.header)
		r.header.Set("X-RateLimit-Retry-At", strconv.FormatInt(c.quota.reset.Unix(), 10))
		return r
	case badCursor:
		return fail(http.StatusBadRequest, "invalid_request", "offset is not valid")
	case notFound:
		return fail(http.StatusNotFound, "not_found", "Not found")
	case broken:
		return fail(http.StatusInternalServerError, "unknown_error", "Unknown error")
	case failedOK:
		return fail(http.StatusOK, "unknown_error", "Unknown error")
	default:
		return fail(http.StatusBadRequest, "invalid_request", detail)
	}
}

// asaEvent renders an audit event; actor and client are keys of related_objects.
func asaEvent() field {
	return compile(`{"id":"UD5pqjIhjK-$index$","timestamp":"$time$","details":{"type":"$type$","actor":"$pid$=","client":"c$ip$=",`+
		`"session_type":"authenticated_client","team_name":"acme","trace_id":"$hex$","user_agent":"$agent$","via":null}}`,
		map[string]field{
			"time": in(layoutNanos),
			"type": oneOf(1, "auth_token.issue", "server.enroll", "user_creds.issue", "project.update"),
		})
}

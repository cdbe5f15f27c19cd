// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GitHub audit log: GET /orgs/{org}/audit-log and /enterprises/{enterprise}/audit-log, "Authorization: Bearer token",
// a User-Agent. Time goes into `phrase`, pages follow one comma-joined Link header, whose paths name an organization by
// number. Without a created: qualifier the last three months are served. `include` is checked but there are no Git
// events. Cursors (after, before) belong to the order and phrase that they came with.
const (
	githubRetention = 180 * 24 * time.Hour
	githubDefault   = 90 * 24 * time.Hour
)

func githubProfile() profile {
	return profile{
		name: GitHub, precision: time.Millisecond, retention: githubRetention,
		render: githubEvent(), answer: githubAnswer, refuse: githubRefuse,
	}
}

func githubAnswer(c *call) reply {
	linkPath, ok := githubPath(c.path)
	if !ok || c.r.Method != http.MethodGet {
		return githubRefuse(c, notFound, "")
	}
	if c.r.Header.Get("User-Agent") == "" {
		return githubError(http.StatusForbidden,
			"Request forbidden by administrative rules. Please make sure your request has a User-Agent header")
	}
	if !c.bearer() {
		return githubRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("phrase", "include", "after", "before", "order", "per_page"); bad != "" {
		return githubRefuse(c, badRequest, bad)
	}
	order, include := c.query.Get("order"), c.query.Get("include")
	perPage, ok := c.number("per_page", 30, 1, maxEvents)
	if !ok || (order != "" && order != "asc" && order != "desc") ||
		(include != "" && include != "web" && include != "git" && include != "all") {
		return githubRefuse(c, badRequest, "per_page, order or include is invalid")
	}
	w, err := parsePhrase(c.query.Get("phrase"))
	if err != nil {
		return githubRefuse(c, badRequest, err.Error())
	}
	if w == (window{}) {
		w.from = c.now.Add(-githubDefault)
	}
	return c.githubPage(w, linkPath, c.size(min(perPage, 100)), order == "asc")
}

// githubPath gives the path that the links of a page use.
func githubPath(path string) (link string, ok bool) {
	parts := strings.Split(path, "/")
	if len(parts) != 4 || parts[0] != "" || parts[2] == "" || parts[3] != "audit-log" {
		return "", false
	}
	switch parts[1] {
	case "orgs", "organizations":
		return "/organizations/1/audit-log", true
	case "enterprises":
		return path, true
	default:
		return "", false
	}
}

func (c *call) githubPage(w window, path string, n int, ascending bool) reply {
	lo, hi := c.log.Range(w.from, w.to, c.now)
	lo, hi, err := c.githubNarrow(lo, hi, ascending)
	if err != nil {
		return githubRefuse(c, badCursor, err.Error())
	}
	if c.query.Get("before") != "" {
		return c.githubBefore(path, lo, hi, n, ascending)
	}
	events, next, more := c.either(ascending, lo, hi, n, c.now)
	r := page(append(c.records([]byte{'['}, events), ']'), events)
	var links []string
	if more {
		links = append(links, c.githubLink(path, "next", next))
	}
	links = append(links, c.githubLink(path, "first", -1))
	if c.query.Get("after") != "" && len(events) > 0 {
		edge := events[0]
		if !ascending {
			edge++
		}
		links = append(links, c.githubLink(path, "prev", edge))
	}
	c.githubHeaders(r.header)
	r.header.Set("Link", strings.Join(links, ", "))
	return r
}

// githubNarrow leaves of the indices [lo, hi) what is after the one and before the other cursor.
func (c *call) githubNarrow(lo, hi int, ascending bool) (int, int, error) {
	for _, name := range [...]string{"after", "before"} {
		if c.query.Get(name) == "" {
			continue
		}
		cur, err := c.cursor(c.query.Get(name))
		switch {
		case err != nil:
			return 0, 0, fmt.Errorf("%s: %w", name, err)
		case (name == "after") == ascending:
			lo = max(lo, int(cur.pos))
		default:
			hi = min(hi, int(cur.pos))
		}
	}
	return lo, hi, nil
}

// githubBefore serves the page before a cursor, in the order that was asked for.
func (c *call) githubBefore(path string, lo, hi, n int, ascending bool) reply {
	events, next, more := c.either(!ascending, lo, hi, n, c.now)
	slices.Reverse(events)
	r := page(append(c.records([]byte{'['}, events), ']'), events)
	links := []string{c.githubLink(path, "first", -1)}
	if more {
		links = append(links, c.githubLink(path, "prev", next))
	}
	if len(events) > 0 {
		edge := events[len(events)-1]
		if ascending {
			edge++
		}
		links = append(links, c.githubLink(path, "next", edge))
	}
	c.githubHeaders(r.header)
	r.header.Set("Link", strings.Join(links, ", "))
	return r
}

// githubLink is one link with the parameters of the request and another cursor; pos -1 means none.
func (c *call) githubLink(path, rel string, pos int) string {
	q := url.Values{}
	for name, values := range c.query {
		q[name] = values
	}
	q.Del("after")
	q.Del("before")
	switch {
	case pos < 0:
	case rel == "prev":
		q.Set("before", c.token(cursor{pos: int64(pos)}))
	default:
		q.Set("after", c.token(cursor{pos: int64(pos)}))
		q.Set("before", "")
	}
	return "<" + c.base + path + "?" + q.Encode() + `>; rel="` + rel + `"`
}

func (c *call) githubHeaders(h http.Header) {
	h.Set("X-Ratelimit-Limit", strconv.Itoa(c.quota.limit))
	h.Set("X-Ratelimit-Remaining", strconv.Itoa(c.quota.remaining))
	h.Set("X-Ratelimit-Reset", strconv.FormatInt(c.quota.reset.Unix(), 10))
	h.Set("X-Ratelimit-Resource", "audit_log")
}

func githubRefuse(c *call, why refusal, detail string) reply {
	switch why {
	case badCredentials:
		return githubError(http.StatusUnauthorized, "Bad credentials")
	case tooMany:
		if c.seq%2 == 0 { // the secondary limit: told as a delay
			r := githubError(http.StatusTooManyRequests, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
			r.header.Set("Retry-After", strconv.Itoa(c.retryAfter()))
			return r
		}
		r := githubError(http.StatusForbidden, "API rate limit exceeded for user ID 1.")
		c.githubHeaders(r.header)
		return r
	case badCursor:
		return githubError(http.StatusBadRequest, "The provided cursor is invalid: "+detail)
	case notFound:
		return githubError(http.StatusNotFound, "Not Found")
	case broken:
		return githubError(http.StatusInternalServerError, "Server Error")
	case failedOK:
		return githubError(http.StatusOK, "Server Error")
	default:
		return githubError(http.StatusBadRequest, "Validation Failed: "+detail)
	}
}

func githubError(status int, message string) reply {
	return jsonReply(status, `{"message":`+quoted(message)+`,"documentation_url":"https://docs.github.com/rest","status":"`+
		strconv.Itoa(status)+`"}`)
}

// githubEvent renders an audit event. Some events belong to several organizations and have no created_at.
func githubEvent() field {
	millis := func(dst []byte, e Event) []byte { return strconv.AppendInt(dst, e.Time.UnixMilli(), 10) }
	single := compile(`"created_at":$time$,"org":"acme","org_id":7,`, map[string]field{"time": millis})
	return compile(`{"@timestamp":$time$,$org$"_document_id":"Zk1AbC-$index$","action":"$action$","actor":"$pid$","actor_id":$n$,`+
		`"actor_ip":"$ip$","actor_location":{"country_code":"DE"},"business":"acme-inc","business_id":9,"name":"$name$","repo":"acme/app",`+
		`"user_agent":"$agent$","operation_type":"$operation$","public_repo":false,"topics":["a,b","c\"d"],"visibility":"private"}`,
		map[string]field{
			"time":      millis,
			"action":    oneOf(1, "repo.create", "org.add_member", "protected_branch.update", "workflows.completed_workflow_run"),
			"operation": oneOf(1, "create", "create", "modify", "access"),
			"org": func(dst []byte, e Event) []byte {
				if e.pick(5, 4) == 0 {
					return append(dst, `"org":["acme","acme-oss"],"org_id":[7,8],`...)
				}
				return single(dst, e)
			},
		})
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Page is a vendor with numbered pages: GET /v1/audit with Basic authorization (KeyID and KeySecret), `page` from 1,
// `per_page` (25, at most 200), `start` (inclusive) and `end` (exclusive) in unix milliseconds. Newest first, with
// total_pages in every answer. Events that arrive while somebody pages move the rest along.

func pageProfile() profile {
	return profile{name: Page, precision: time.Millisecond, render: pageEvent(), answer: pageAnswer, refuse: pageRefuse}
}

func pageAnswer(c *call) reply {
	if c.path != "/v1/audit" || c.r.Method != http.MethodGet {
		return pageRefuse(c, notFound, "")
	}
	if !c.basic() {
		return pageRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("page", "per_page", "start", "end"); bad != "" {
		return pageRefuse(c, badRequest, bad)
	}
	number, ok1 := c.number("page", 1, 1, maxEvents)
	per, ok2 := c.number("per_page", 25, 1, 200)
	start, ok3 := c.millis("start")
	end, ok4 := c.millis("end")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return pageRefuse(c, badRequest, "page from 1; per_page 1..200; start, end in unix milliseconds")
	}
	per = min(per, c.opts.MaxPage)
	lo, hi := c.log.Range(start, end, c.now)
	total := c.total(lo, hi)
	all, _, _ := c.backward(lo, hi, min(number*per, total), c.now)
	events := all[min((number-1)*per, len(all)):]
	body := fmt.Appendf(nil, `{"page":%d,"per_page":%d,"total_pages":%d,"total":%d,"items":[`,
		number, per, (total+per-1)/per, total)
	return page(append(c.records(body, events), "]}"...), events)
}

// basic reports whether the request has the vendor's user name and password.
func (c *call) basic() bool {
	id, secret, ok := c.r.BasicAuth()
	return ok && id == c.opts.Credentials.KeyID && secret == c.opts.Credentials.KeySecret
}

// millis reads a parameter in unix milliseconds; the zero time when absent.
func (c *call) millis(name string) (t time.Time, ok bool) {
	if !c.query.Has(name) {
		return time.Time{}, true
	}
	n, err := strconv.ParseInt(c.query.Get(name), 10, 64)
	return time.UnixMilli(n).UTC(), err == nil && n >= 0 && n < 1<<43
}

func pageRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, message string) reply {
		return jsonReply(status, `{"errors":[{"status":`+strconv.Itoa(status)+`,"message":`+quoted(message)+`}]}`)
	}
	switch why {
	case badCredentials:
		r := fail(http.StatusUnauthorized, "authentication required")
		r.header.Set("WWW-Authenticate", `Basic realm="audit"`)
		return r
	case tooMany:
		r := fail(http.StatusTooManyRequests, "rate limit")
		r.header.Set("Ratelimit-Reset", strconv.Itoa(c.retryAfter())) // seconds from now
		return r
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

// pageEvent renders an event of the numbered pages.
func pageEvent() field {
	return compile(`{"id":"page-$index$","created_at":$time$,"type":"$type$","summary":"$name$","user":{"login":"$pid$","mail":"$email$"},`+
		`"ip":"$ip$","meta":{"agent":"$agent$","tags":["x","y"],"score":0.10,"parent":null}}`,
		map[string]field{
			"time": func(dst []byte, e Event) []byte { return strconv.AppendInt(dst, e.Time.UnixMilli(), 10) },
			"type": oneOf(1, "login", "export", "delete", "invite"),
		})
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Microsoft 365 Management Activity API, below /api/v1.0/{tenant}/activity/feed: GET subscriptions/content lists blobs by
// the time they became available (startTime inclusive, endTime exclusive, both or neither, at most 24 h apart, at most 7
// days back, no zone), with NextPageUri in a header; every blob is fetched from its contentUri and holds the events that
// arrived in one minute, in no order. All events are Audit.General; the other content types are empty; all are subscribed.
// Bearer tokens come from POST /{tenant}/oauth2/v2.0/token, or the fixed one is used.
const (
	m365Retention = 7 * 24 * time.Hour
	m365Blob      = time.Minute
	m365PerPage   = 200 // blobs
)

var m365Types = []string{"Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"}

func m365Profile() profile {
	return profile{
		name: M365, precision: time.Second, retention: m365Retention, batch: m365Blob,
		render: m365Event(), answer: m365Answer, refuse: m365Refuse,
	}
}

func m365Answer(c *call) reply {
	if strings.HasSuffix(c.path, "/oauth2/v2.0/token") {
		return c.clientCredentials()
	}
	rest, ok := strings.CutPrefix(c.path, "/api/v1.0/")
	tenant, rest, ok2 := strings.Cut(rest, "/activity/feed/")
	blob, isBlob := strings.CutPrefix(rest, "audit/")
	switch {
	case !ok || !ok2 || tenant == "" || strings.Contains(tenant, "/"):
		return m365Refuse(c, notFound, "")
	case !c.bearer():
		return m365Refuse(c, badCredentials, "")
	case rest == "subscriptions/content" && c.r.Method == http.MethodGet:
		return c.m365List(tenant)
	case rest == "subscriptions/start" && c.r.Method == http.MethodPost:
		return m365Error(http.StatusBadRequest, "AF20024", "The subscription is already enabled. No property change.")
	case isBlob && c.r.Method == http.MethodGet:
		return c.m365Blob(blob)
	default:
		return m365Refuse(c, notFound, "")
	}
}

// m365List lists blobs.
func (c *call) m365List(tenant string) reply {
	if bad := c.unknown("contentType", "startTime", "endTime", "nextPage", "PublisherIdentifier"); bad != "" {
		return m365Refuse(c, badRequest, bad)
	}
	kind := c.query.Get("contentType")
	if !slices.Contains(m365Types, kind) {
		return m365Error(http.StatusBadRequest, "AF20020", "The specified content type is not valid.")
	}
	w, ok := c.m365Window()
	if !ok {
		return m365Error(http.StatusBadRequest, "AF20030",
			"Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, "+
				"with the start time no more than 7 days in the past.")
	}
	at := w.from
	if token := c.query.Get("nextPage"); token != "" {
		cur, err := c.cursor(token)
		if err != nil {
			return m365Refuse(c, badCursor, "")
		}
		at = cur.from
	}
	var blobs []string
	next := time.Time{}
	if kind == "Audit.General" {
		blobs, next = c.m365Blobs(tenant, kind, at, w.to)
	}
	r := jsonReply(http.StatusOK, "["+strings.Join(blobs, ",")+"]")
	if !next.IsZero() {
		q := url.Values{
			"contentType": {kind}, "startTime": {w.from.Format("2006-01-02T15:04:05")}, "endTime": {w.to.Format("2006-01-02T15:04:05")},
			"nextPage": {c.token(cursor{from: next})},
		}
		r.header.Set("NextPageUri", c.base+c.path+"?"+q.Encode())
	}
	return r
}

// m365Blobs describes the blobs that became available in [at, to), and where the next page begins.
func (c *call) m365Blobs(tenant, kind string, at, to time.Time) (blobs []string, next time.Time) {
	n := c.size(m365PerPage)
	end := c.log.Arrived(c.now)
	for pos := c.log.ArrivedSince(at, c.now); pos < end; {
		available := c.log.arrival(c.log.InArrivalOrder(pos, pos+1)[0])
		if !available.Before(to) {
			break
		}
		if len(blobs) >= n {
			return blobs, available
		}
		id := strconv.FormatInt(available.Unix(), 10) + "$sim$audit_general"
		blobs = append(blobs, fmt.Sprintf(`{"contentType":%q,"contentId":%q,"contentUri":"%s/api/v1.0/%s/activity/feed/audit/%s",`+
			`"contentCreated":%q,"contentExpiration":%q}`, kind, id, c.base, url.PathEscape(tenant), id,
			available.Format(layoutMillis), available.Add(m365Retention).Format(layoutMillis)))
		pos = c.log.ArrivedSince(available.Add(1), c.now)
	}
	return blobs, time.Time{}
}

// m365Window reads startTime and endTime.
func (c *call) m365Window() (w window, ok bool) {
	start, end := c.query.Get("startTime"), c.query.Get("endTime")
	if start == "" && end == "" {
		to := c.now.Truncate(time.Second)
		return window{to.Add(-24 * time.Hour), to}, true
	}
	w.from, ok = m365Time(start)
	to, ok2 := m365Time(end)
	w.to = to
	return w, ok && ok2 && w.from.Before(w.to) && w.to.Sub(w.from) <= 24*time.Hour && !w.from.Before(c.now.Add(-m365Retention))
}

// m365Time reads the three documented forms, all without a zone.
func m365Time(s string) (time.Time, bool) {
	for _, layout := range [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// m365Blob serves the events of a blob.
func (c *call) m365Blob(id string) reply {
	if bad := c.unknown("PublisherIdentifier"); bad != "" {
		return m365Refuse(c, badRequest, bad)
	}
	text, ok := strings.CutSuffix(id, "$sim$audit_general")
	unix, err := strconv.ParseInt(text, 10, 64)
	at := time.Unix(unix, 0).UTC()
	if !ok || err != nil || !at.Equal(at.Truncate(m365Blob)) || at.After(c.now) {
		return m365Error(http.StatusNotFound, "AF20050", "The specified content ("+id+") does not exist.")
	}
	if at.Before(c.now.Add(-m365Retention)) || c.expire {
		return m365Error(http.StatusBadRequest, "AF20051", "Content requested with the key "+id+" has already expired.")
	}
	events := c.log.InArrivalOrder(c.log.ArrivedSince(at, c.now), c.log.ArrivedSince(at.Add(1), c.now))
	slices.SortFunc(events, func(a, b int) int { return cmp.Compare(c.log.Event(a).Dice, c.log.Event(b).Dice) })
	return page(append(c.records([]byte{'['}, events), ']'), events)
}

func m365Refuse(c *call, why refusal, detail string) reply {
	switch why {
	case badCredentials:
		return jsonReply(http.StatusUnauthorized, `{"Message":"Authorization has been denied for this request."}`)
	case tooMany:
		r := m365Error(http.StatusTooManyRequests, "AF429", "Too many requests.")
		r.header.Set("Retry-After", strconv.Itoa(c.retryAfter()))
		return r
	case badCursor:
		return m365Error(http.StatusBadRequest, "AF20031", "Invalid nextPage Input.")
	case notFound:
		return m365Error(http.StatusNotFound, "AF20002", "Not found: "+c.path)
	case broken:
		return m365Error(http.StatusInternalServerError, "AF50000", "An internal error occurred. Retry the request.")
	case failedOK:
		return m365Error(http.StatusOK, "AF50000", "An internal error occurred. Retry the request.")
	default:
		return m365Error(http.StatusBadRequest, "AF20003", detail)
	}
}

func m365Error(status int, code, message string) reply {
	return jsonReply(status, `{"error":{"code":"`+code+`","message":`+quoted(message)+`}}`)
}

// m365Event renders an event of a blob; its time has no zone.
func m365Event() field {
	return compile(`{"CreationTime":"$time$","Id":"80c76bd2-9d81-4c57-a97a-$index$","Operation":"$op$","OrganizationId":"o-1",`+
		`"RecordType":$type$,"ResultStatus":"Succeeded","UserKey":"$pid$","UserType":0,"Version":1,"Workload":"General","ClientIP":"$ip$",`+
		`"ObjectId":"https:\/\/acme.sharepoint.com\/x\/$hex$","UserId":"$email$","UserAgent":"$agent$",`+
		`"ExtendedProperties":[{"Name":"user","Value":"$name$"}]}`,
		map[string]field{
			"time": in("2006-01-02T15:04:05"),
			"op":   oneOf(1, "FileAccessed", "UserLoggedIn", "MailItemsAccessed", "Set-Mailbox"),
			"type": oneOf(1, "6", "15", "50", "1"),
		})
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Salesforce SetupAuditTrail: GET /services/data/v{NN}.0/query?q=SOQL, bearer token (fixed, or from POST
// /services/oauth2/token with client credentials KeyID and KeySecret). A query is a snapshot; the rest of its records is
// at the relative nextRecordsUrl, for two days and for the last 100 queries. The batch size is that of the header
// Sforce-Query-Options, at most 2000; MaxPage makes batches smaller than asked, which the real one may do too.
const (
	salesforceRetention = 180 * 24 * time.Hour
	locatorTTL          = 48 * time.Hour
	maxLocators         = 100
)

// salesforceState are the open queries of one simulator.
type salesforceState struct {
	mu   sync.Mutex
	open map[string]snapshot
	made int
}

// snapshot is a query as of a moment.
type snapshot struct {
	query soql
	at    time.Time
	batch int
}

func salesforceProfile() profile {
	state := &salesforceState{open: map[string]snapshot{}}
	return profile{
		name: Salesforce, precision: time.Second, retention: salesforceRetention,
		render: salesforceEvent(setupFields), refuse: salesforceRefuse,
		answer: func(c *call) reply { return salesforceAnswer(c, state) },
	}
}

func salesforceAnswer(c *call, state *salesforceState) reply {
	if c.path == "/services/oauth2/token" {
		return c.clientCredentials()
	}
	version, locator, ok := salesforcePath(c.path)
	if !ok || c.r.Method != http.MethodGet {
		return salesforceRefuse(c, notFound, "")
	}
	if !c.bearer() {
		return salesforceRefuse(c, badCredentials, "")
	}
	if locator != "" {
		if bad := c.unknown(); bad != "" {
			return salesforceRefuse(c, badRequest, bad)
		}
		snap, from, err := state.find(c, locator)
		if err != nil {
			return salesforceRefuse(c, badCursor, "")
		}
		id, _, _ := strings.Cut(locator, "-")
		return c.salesforcePage(snap, version, id, from)
	}
	if bad := c.unknown("q"); bad != "" {
		return salesforceRefuse(c, badRequest, bad)
	}
	q, err := parseSOQL(c.query.Get("q"))
	batch, okBatch := salesforceBatch(c.r.Header.Get("Sforce-Query-Options"))
	if errors.Is(err, errColumn) {
		return salesforceRefuse(c, badColumn, err.Error())
	}
	if err != nil || !okBatch {
		return salesforceRefuse(c, badRequest, fmt.Sprint("q: ", err))
	}
	snap := snapshot{query: q, at: c.now, batch: batch}
	return c.salesforcePage(snap, version, state.add(snap), 0)
}

// salesforcePath takes /services/data/v67.0/query[/locator] apart.
func salesforcePath(path string) (version, locator string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/services/data/v")
	version, rest, ok2 := strings.Cut(rest, "/query")
	if _, err := strconv.ParseFloat(version, 64); !ok || !ok2 || err != nil || !strings.HasSuffix(version, ".0") {
		return "", "", false
	}
	if rest == "" || rest == "/" {
		return version, "", true
	}
	locator, ok = strings.CutPrefix(rest, "/")
	return version, locator, ok && !strings.Contains(locator, "/")
}

// salesforceBatch reads "batchSize=N"; values outside 200..2000 are moved into it.
func salesforceBatch(header string) (n int, ok bool) {
	if header == "" {
		return 2000, true
	}
	text, ok := strings.CutPrefix(header, "batchSize=")
	n, err := strconv.Atoi(text)
	return min(max(n, 200), 2000), ok && err == nil
}

// add opens a query and names it. The oldest ones are forgotten.
func (s *salesforceState) add(snap snapshot) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	delete(s.open, locatorID(s.made-maxLocators))
	s.open[locatorID(s.made)] = snap
	return locatorID(s.made)
}

func locatorID(n int) string { return "01gSIM" + string(appendIndex(nil, n)) }

var errLocator = errors.New("invalid query locator")

// find looks a locator ("id-offset") up.
func (s *salesforceState) find(c *call, locator string) (snap snapshot, from int, err error) {
	id, offset, _ := strings.Cut(locator, "-")
	from, err = strconv.Atoi(offset)
	s.mu.Lock()
	snap, ok := s.open[id]
	s.mu.Unlock()
	ttl := locatorTTL
	if c.opts.CursorTTL > 0 {
		ttl = c.opts.CursorTTL
	}
	if !ok || err != nil || from < 0 || c.expire || c.now.After(snap.at.Add(ttl)) {
		return snapshot{}, 0, errLocator
	}
	return snap, from, nil
}

// salesforcePage serves the records of a snapshot from a place on.
func (c *call) salesforcePage(snap snapshot, version, id string, from int) reply {
	lo, hi := c.log.Range(snap.query.window.from, snap.query.window.to, snap.at)
	all, _, _ := c.either(!snap.query.descending, lo, hi, hi-lo, snap.at)
	if snap.query.limit > 0 {
		all = all[:min(snap.query.limit, len(all))]
	}
	events := all[min(from, len(all)):]
	events = events[:min(len(events), max(c.size(snap.batch), 1))]
	next, render := from+len(events), salesforceEvent(snap.query.fields)
	body := fmt.Appendf(nil, `{"totalSize":%d,"done":%t,`, len(all), next >= len(all))
	if next < len(all) {
		body = fmt.Appendf(body, `"nextRecordsUrl":"%s/services/data/v%s/query/%s-%d",`, c.prefix, version, id, next)
	}
	body = append(body, `"records":[`...)
	for k, i := range events {
		if k > 0 {
			body = append(body, ',')
		}
		body = c.appendBodyBy(render, body, i)
	}
	r := page(append(body, "]}"...), events)
	c.salesforceHeaders(r.header)
	return r
}

func (c *call) salesforceHeaders(h http.Header) {
	h.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", c.quota.limit-c.quota.remaining, c.quota.limit))
}

func salesforceRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, code, message string) reply {
		r := jsonReply(status, `[{"message":`+quoted(message)+`,"errorCode":"`+code+`"}]`)
		c.salesforceHeaders(r.header)
		return r
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
	case tooMany:
		return fail(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
	case badCursor:
		return fail(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	case badColumn:
		return fail(http.StatusBadRequest, "INVALID_FIELD", detail)
	case notFound:
		return fail(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
	case broken:
		return fail(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred")
	case failedOK:
		return fail(http.StatusOK, "UNKNOWN_EXCEPTION", "An unexpected error occurred")
	default:
		return fail(http.StatusBadRequest, "MALFORMED_QUERY", detail)
	}
}

// salesforceEvent renders a record with the selected fields, in their order.
func salesforceEvent(fields []string) field {
	text := `{"attributes":{"type":"SetupAuditTrail","url":"/services/data/v67.0/sobjects/SetupAuditTrail/0Ym5j0$index$"}`
	author := ""
	for _, f := range fields {
		if strings.HasPrefix(f, "CreatedBy.") {
			author += "," + salesforceField[f]
		}
	}
	for k, f := range fields {
		switch {
		case !strings.HasPrefix(f, "CreatedBy."):
			text += "," + salesforceField[f]
		case !slices.ContainsFunc(fields[:k], func(g string) bool { return strings.HasPrefix(g, "CreatedBy.") }):
			// The fields of a related object come together, where the first of them stands.
			text += `,"CreatedBy":{"attributes":{"type":"User","url":"/services/data/v67.0/sobjects/User/0055j0000$hex32$A"}` + author + "}"
		}
	}
	return compile(text+"}", map[string]field{
		"time":    in("2006-01-02T15:04:05.000-0700"),
		"action":  oneOf(1, "PermSetCreate", "changedUserEmail", "suOrgAdminLogin", "createduser"),
		"section": oneOf(1, `"Manage Users"`, `"Manage Users"`, "null", `"Manage Users"`),
	})
}

// salesforceField is how each field looks in a record.
var salesforceField = map[string]string{
	"Id":                         `"Id":"0Ym5j0$index$"`,
	"Action":                     `"Action":"$action$"`,
	"Section":                    `"Section":$section$`,
	"CreatedDate":                `"CreatedDate":"$time$"`,
	"CreatedById":                `"CreatedById":"0055j0000$hex32$A"`,
	"CreatedBy.Username":         `"Username":"$email$"`,
	"CreatedBy.Name":             `"Name":"$name$"`,
	"CreatedBy.Email":            `"Email":"$email$"`,
	"DelegateUser":               `"DelegateUser":null`,
	"Display":                    `"Display":"$name$: $action$ by $agent$"`,
	"ResponsibleNamespacePrefix": `"ResponsibleNamespacePrefix":null`,
	"CreatedByContext":           `"CreatedByContext":null`,
	"CreatedByIssuer":            `"CreatedByIssuer":null`,
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Azure Activity Log: GET /subscriptions/{id}/providers/Microsoft.Insights/eventtypes/management/values with
// api-version=2015-04-01 and a $filter "eventTimestamp ge '...' [and eventTimestamp le '...']", both inclusive. Pages of
// 200, newest first; nextLink is absolute and absent at the end. Bearer tokens come from POST /{tenant}/oauth2/v2.0/token,
// or the fixed one is used.
const (
	azureRetention = 90 * 24 * time.Hour
	azurePerPage   = 200
	azureVersion   = "2015-04-01"
)

func azureProfile() profile {
	return profile{
		name: Azure, precision: 100 * time.Nanosecond, retention: azureRetention,
		render: azureEvent(), answer: azureAnswer, refuse: azureRefuse,
	}
}

func azureAnswer(c *call) reply {
	if strings.HasSuffix(c.path, "/oauth2/v2.0/token") {
		return c.clientCredentials()
	}
	rest, ok := strings.CutPrefix(c.path, "/subscriptions/")
	id, ok2 := strings.CutSuffix(rest, "/providers/Microsoft.Insights/eventtypes/management/values")
	if !ok || !ok2 || id == "" || c.r.Method != http.MethodGet {
		return azureRefuse(c, notFound, "")
	}
	if !c.bearer() {
		return azureRefuse(c, badCredentials, "")
	}
	if bad := c.unknown("api-version", "$filter", "$skipToken"); bad != "" {
		return azureRefuse(c, badRequest, bad)
	}
	if c.query.Get("api-version") != azureVersion {
		return azureRefuse(c, badRequest, "api-version must be "+azureVersion)
	}
	if token := c.query.Get("$skipToken"); token != "" {
		cur, err := c.cursor(token)
		if err != nil {
			return azureRefuse(c, badCursor, "")
		}
		return c.azurePage(cur)
	}
	w, ok := azureFilter(c.query.Get("$filter"))
	if !ok {
		return azureRefuse(c, badRequest, "The $filter query parameter must be eventTimestamp ge '...' [and eventTimestamp le '...']")
	}
	_, hi := c.log.Range(w.from, w.to, c.now)
	return c.azurePage(cursor{from: w.from, to: w.to, pos: int64(hi)})
}

// azurePage serves the page at a cursor.
func (c *call) azurePage(cur cursor) reply {
	lo, hi := c.log.Range(cur.from, cur.to, c.now)
	events, next, more := c.backward(lo, min(hi, int(cur.pos)), c.size(azurePerPage), c.now)
	body := append(c.records([]byte(`{"value":[`), events), ']')
	if more {
		cur.pos = int64(next)
		body = fmt.Appendf(body, `,"nextLink":"%s%s?api-version=%s&$skipToken=%s"`,
			c.base, c.path, azureVersion, url.QueryEscape(c.token(cur)))
	}
	r := page(append(body, '}'), events)
	r.header.Set("X-Ms-Ratelimit-Remaining-Subscription-Reads", strconv.Itoa(c.quota.remaining))
	return r
}

// azureFilter reads the filter; a start is required.
func azureFilter(text string) (w window, ok bool) {
	words := strings.Fields(text)
	for k, word := range words {
		words[k] = strings.ToLower(word)
	}
	if len(words) != 3 && (len(words) != 7 || words[3] != "and" || words[4] != "eventtimestamp" || words[5] != "le") ||
		words[0] != "eventtimestamp" || words[1] != "ge" {
		return window{}, false
	}
	from, ok := azureTime(words[2])
	if !ok {
		return window{}, false
	}
	w.from = from
	if len(words) == 7 {
		to, ok := azureTime(words[6])
		if !ok {
			return window{}, false
		}
		w.to = to.Add(1)
	}
	return w, true
}

// azureTime reads a quoted time; lower case, as azureFilter leaves it.
func azureTime(quoted string) (time.Time, bool) {
	if len(quoted) < 2 || quoted[0] != '\'' || quoted[len(quoted)-1] != '\'' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(quoted[1:len(quoted)-1]))
	return t, err == nil
}

func azureRefuse(c *call, why refusal, detail string) reply {
	fail := func(status int, code, message string) reply {
		return jsonReply(status, `{"error":{"code":"`+code+`","message":`+quoted(message)+`}}`)
	}
	switch why {
	case badCredentials:
		return fail(http.StatusUnauthorized, "AuthenticationFailed", "Authentication failed.")
	case tooMany:
		r := fail(http.StatusTooManyRequests, "TooManyRequests", "The request is being throttled.")
		r.header.Set("Retry-After", strconv.Itoa(c.retryAfter()))
		return r
	case badCursor:
		return fail(http.StatusBadRequest, "InvalidSkipToken", "The skip token is invalid or expired.")
	case notFound:
		return fail(http.StatusNotFound, "InvalidResourceType", "The resource could not be found.")
	case broken:
		return fail(http.StatusInternalServerError, "InternalServerError", "Encountered internal server error.")
	case failedOK:
		return fail(http.StatusOK, "InternalServerError", "Encountered internal server error.")
	default:
		return jsonReply(http.StatusBadRequest, `{"code":"BadRequest","message":`+quoted(detail)+`}`)
	}
}

// azureEvent renders an event; its time has seven fraction digits.
func azureEvent() field {
	return compile(`{"authorization":null,"caller":"$email$","channels":"Operation","claims":{"name":"$name$"},"correlationId":"$hex$",`+
		`"description":"","eventDataId":"44ade6b4-3813-45e6-ae27-$index$","eventTimestamp":"$time$",`+
		`"httpRequest":{"clientRequestId":"$hex$","clientIpAddress":"$ip$","method":"PUT","uri":"$agent$"},`+
		`"id":"/subscriptions/s/events/44ade6b4/ticks/$n$","level":"Informational","operationName":{"value":"$op$","localizedValue":"$local$"},`+
		`"status":{"value":"Succeeded","localizedValue":"Succeeded"},"submissionTimestamp":"$time$","subscriptionId":"s","tenantId":"t",`+
		`"properties":{"statusCode":"Created","serviceRequestId":null}}`,
		map[string]field{
			"time":  in("2006-01-02T15:04:05.0000000Z"),
			"op":    oneOf(1, "Microsoft.Compute/virtualMachines/write", "Microsoft.Authorization/roleAssignments/write"),
			"local": oneOf(1, "Create or Update Virtual Machine", "Create role assignment"),
		})
}

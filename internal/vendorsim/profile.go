// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"net/http"
	"time"
)

// profile is what makes one vendor differ from the others. The clock, faults, quotas, writing and the record of what
// was shown are common to all.
type profile struct {
	name      string
	precision time.Duration // of event times
	retention time.Duration // 0 = for ever
	batch     time.Duration // arrivals are put off to multiples of this
	unique    bool          // never repeats an event
	gzip      bool          // compresses whenever the client accepts it

	// render appends event e as the vendor's compact JSON object. Equal events give equal bytes.
	render field
	// answer is the healthy behaviour, from authentication to the last link.
	answer func(c *call) reply
	// refuse is the vendor's way to say no; detail is text for the message.
	refuse func(c *call, why refusal, detail string) reply
}

// refusal is a reason to say no. Each vendor has its own status and body for it.
type refusal int

const (
	badCredentials refusal = iota // missing, wrong or expired
	tooMany                       // c.quota.reset says until when
	badCursor                     // unknown or expired
	badRequest                    // a parameter or the body is wrong
	badColumn                     // a field that doesn't exist; only where the vendor tells it apart
	notFound                      // no such path or method
	broken                        // the vendor's own failure, 500
	failedOK                      // an error payload under status 200
)

// reply is one answer before it meets the network.
type reply struct {
	status int
	header http.Header
	body   []byte
	events []int // indices of the events in body, repeats included
}

// jsonReply is an answer without events.
func jsonReply(status int, body string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: []byte(body)}
}

// quoted is s as a JSON string.
func quoted(s string) string {
	b, _ := json.Marshal(s) // strings always can be
	return string(b)
}

// page is a healthy JSON answer with events.
func page(body []byte, events []int) reply {
	r := jsonReply(http.StatusOK, "")
	r.body, r.events = body, events
	return r
}

// profiles lists all vendors.
func profiles() []profile {
	return []profile{
		oktaProfile(),
		githubProfile(),
		salesforceProfile(),
		slackProfile(),
		asaProfile(),
		onePasswordProfile(),
		offsetProfile(),
		pageProfile(),
		workosProfile(),
		sentinelOneProfile(),
		cloudTrailProfile(),
		m365Profile(),
		azureProfile(),
		ndjsonProfile(),
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// event is one row of the vendor's log. Its times but at are by the true clock,
// as the distance from the world's start.
type event struct {
	seq int // place in the order of arrival
	id  string
	// at is the event time by the vendor's clock, as the vendor compares it and,
	// unless timeless, as the record says it.
	at      time.Duration
	visible time.Duration
	deleted time.Duration // 0 = never
	edited  time.Duration // of an event that is (changed)

	timeless, badTime, distant bool // distant: the year 9999
	noise                      bool // dropped by the filter
	poison                     bool // refused by the pipeline for good

	// raw and changed are the bytes before and after the edit.
	raw, changed string
}

// text is the record's bytes at a time.
func (e *event) text(now time.Duration) string {
	if e.changed != "" && now >= e.edited {
		return e.changed
	}
	return e.raw
}

// late is how much later than its own time an event became visible.
func (e *event) late(skew time.Duration) time.Duration { return e.visible + skew - e.at }

// year9999 is the distance of a time that no clock has reached.
const year9999 = 60_000 * time.Hour

// ornaments are members that a decoder may trip over.
var ornaments = []string{
	`"n":9007199254740993`, `"s":"é \"quoted\" \ud83d\ude00"`, `"nested":{"data":[{"id":"inner"}],"next":"no"}`,
	`"list":[1,[2,{"x":null}],"]}"]`, `"f":1.0e+15`, `"empty":""`, `"z":"\u0000"`, `"dup":1,"dup":2`,
}

// render writes the event down as JSON. version tells edits apart.
func (e *event) render(r *stream, write func(time.Duration) string, version int) string {
	var b strings.Builder
	b.WriteString(`{`)
	if e.id != "" {
		fmt.Fprintf(&b, `"id":%s,`, strconv.Quote(e.id))
	}
	if r.chance(.5) {
		b.WriteString(pick(r, ornaments...) + pick(r, ",", " , "))
	}
	switch {
	case e.badTime:
		b.WriteString(`"ts":"not a time",`)
	case e.distant:
		b.WriteString(`"ts":"9999-12-31T23:59:59Z",`)
	case !e.timeless:
		fmt.Fprintf(&b, `"ts":%s,`, write(e.at))
	}
	kind := "login"
	if e.noise {
		kind = "noise"
	}
	fmt.Fprintf(&b, `"type":%q,"seq":%d,"v":%d}`, kind, e.seq, version)
	return b.String()
}

// undated tells whether the record says no time that can be used. After a lost
// cursor such a record may come again: by what time should it be remembered?
func (e *event) undated() bool { return e.timeless || e.badTime || e.distant }

// name is how traces call the event.
func (e *event) name() string {
	if e.id != "" {
		return e.id
	}
	return "e" + strconv.Itoa(e.seq)
}

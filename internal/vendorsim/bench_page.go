// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// benchPage is a rendered page, the places of the ids and times in it, and the ends of its events.
type benchPage struct {
	body             []byte // "[" and the events with commas between them, without "]"
	ids, times, ends []int
}

// newBenchPage renders n events of about size bytes.
func newBenchPage(n, size int) *benchPage {
	render := benchEvent(size)
	p := &benchPage{body: []byte{'['}}
	for i := range n {
		if i > 0 {
			p.body = append(p.body, ',')
		}
		start := len(p.body)
		p.body = render(p.body, Event{Index: i, Dice: mix(1, uint64(i), saltBody)})
		p.ids = append(p.ids, start+after(p.body[start:], `"uuid":"dc9fd3c0-0000-41f0-8478-`))
		p.times = append(p.times, start+after(p.body[start:], `"published":"`))
		p.ends = append(p.ends, len(p.body))
	}
	return p
}

// after is the place behind the first occurrence of text, which the renderer always writes.
func after(b []byte, text string) int { return bytes.Index(b, []byte(text)) + len(text) }

// head is the page with its first n events, without the closing bracket.
func (p *benchPage) head(n int) []byte {
	if n == 0 {
		return p.body[:1]
	}
	return p.body[:p.ends[n-1]]
}

// patch makes the first n events those with the indices from `first` on, one millisecond apart.
func (p *benchPage) patch(first, n int, start time.Time) {
	// Through a scratch: AppendFormat writes behind its result.
	scratch := make([]byte, 0, 64)
	for k := range n {
		copy(p.body[p.ids[k]:], appendIndex(scratch, first+k))
		at := start.Add(time.Duration(first+k) * time.Millisecond)
		copy(p.body[p.times[k]:], at.AppendFormat(scratch, layoutMillis))
	}
}

// benchEvent renders events of a size. What is missing to it is more debugData, so that a big event is not just one long
// string that is cheap to read.
func benchEvent(size int) field {
	if size < 600 {
		return compile(`{"actor":{"id":"$pid$","alternateId":"$email$","displayName":"$name$"},"client":{"ipAddress":"$ip$"},`+
			`"displayMessage":"User login to Okta","eventType":"user.session.start","outcome":{"result":"SUCCESS"},`+
			`"published":"$time$","severity":"INFO","uuid":"dc9fd3c0-0000-41f0-8478-$index$","transaction":{"id":"t$hex$"},"target":null}`,
			map[string]field{"time": in(layoutMillis)})
	}
	render := oktaEvent("")
	var debug strings.Builder
	for k := 0; ; k++ {
		if len(render(nil, Event{Dice: mix(1, 0, saltBody)})) >= size-16 {
			return render
		}
		fmt.Fprintf(&debug, `,"key%02d":"$hex$"`, k)
		render = oktaEvent(debug.String())
	}
}

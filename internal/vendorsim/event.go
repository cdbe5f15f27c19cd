// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"strconv"
	"time"
)

// Event is one event of a log, before a vendor gives it its shape.
type Event struct {
	Index int       // position in the log; also the last 12 digits of its uid
	Time  time.Time // event time as the vendor states it, UTC
	Dice  uint64    // decides everything else about it
	Pad   int       // bytes of padding for the vendor's longest free text
}

// person is somebody who did something. Names are JSON string contents as a vendor would send them: some plain, some in
// other scripts, some with escapes, so that a reader that handles strings carelessly is noticed.
type person struct{ id, name, email string }

var people = [...]person{
	{"00u1jane", `Jane Doe`, "jane@acme.example"},
	{"00u2zoe", `Zoë Ångström`, "zoe@acme.example"},
	{"00u3taro", `山田 太郎`, "taro@acme.example"},
	{"00u4jose", `Jos\u00e9 Nu\u00f1ez`, "jose@acme.example"},
	{"00u5quote", `Robert \"Bob\" O'Neil \\ Ops`, "bob@acme.example"},
	{"00u6rocket", `CI Robot 🚀 \ud83d\ude80`, "ci-robot@acme.example"},
	{"00u7tab", `Line\nbreak\tand <tab> & more`, "line@acme.example"},
	{"00u8slash", `Team\/Platform [a,b]{c:d}`, "platform@acme.example"},
}

var agents = [...]string{
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
	"curl/8.7.1",
	"Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	"okta-sdk-golang/5.0 go/1.26",
}

func (e Event) person() person { return people[e.Dice%uint64(len(people))] }
func (e Event) agent() string  { return agents[e.Dice>>8%uint64(len(agents))] }

// pick chooses one of n by dice of its own; what names the question.
func (e Event) pick(what uint64, n int) int { return int(mix(e.Dice, what) % uint64(n)) }

// ip is an address of the documentation ranges.
func (e Event) ip() string {
	return "203.0.113." + strconv.FormatUint(e.Dice>>16%254+1, 10)
}

// padding is what pads the event to its wanted size.
func (e Event) padding(dst []byte) []byte {
	for range e.Pad {
		dst = append(dst, '.')
	}
	return dst
}

// appendTime appends t in a Go layout.
func (e Event) appendTime(dst []byte, layout string) []byte { return e.Time.AppendFormat(dst, layout) }

// Layouts that more than one vendor uses.
const (
	layoutSeconds = "2006-01-02T15:04:05Z"
	layoutMillis  = "2006-01-02T15:04:05.000Z"
	layoutMicros  = "2006-01-02T15:04:05.000000Z"
	layoutNanos   = "2006-01-02T15:04:05.000000000Z"
)

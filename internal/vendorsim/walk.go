// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"bytes"
	"strings"
	"time"
)

// forward returns up to n events of the indices [lo, hi) that are visible at `at`, oldest first, and the index to go
// on from. more says whether there is another one.
func (c *call) forward(lo, hi, n int, at time.Time) (events []int, next int, more bool) {
	for i := lo; i < hi; i++ {
		if !c.log.Visible(i, at) {
			continue
		}
		if len(events) >= n {
			return events, i, true
		}
		events = append(events, i)
	}
	return events, hi, false
}

// backward is forward from the newest down; the next part of the walk is [lo, next).
func (c *call) backward(lo, hi, n int, at time.Time) (events []int, next int, more bool) {
	for i := hi - 1; i >= lo; i-- {
		if !c.log.Visible(i, at) {
			continue
		}
		if len(events) >= n {
			return events, i + 1, true
		}
		events = append(events, i)
	}
	return events, lo, false
}

// either is forward or backward.
func (c *call) either(ascending bool, lo, hi, n int, at time.Time) (events []int, next int, more bool) {
	if ascending {
		return c.forward(lo, hi, n, at)
	}
	return c.backward(lo, hi, n, at)
}

// total is the number of events of the indices [lo, hi) that are visible.
func (c *call) total(lo, hi int) (n int) {
	for i := lo; i < hi; i++ {
		if c.log.Visible(i, c.now) {
			n++
		}
	}
	return n
}

// stream returns up to n events of the arrival order from pos on, leaving out what `keep` doesn't want (nil = all), and
// the position to go on from. more says whether anything has arrived after it.
func (c *call) stream(pos, n int, keep func(i int) bool) (events []int, next int, more bool) {
	const step = 1024
	end := c.log.Arrived(c.now)
	for pos < end {
		batch := c.log.InArrivalOrder(pos, min(pos+step, end))
		for _, i := range batch {
			wanted := keep == nil || keep(i)
			if wanted && len(events) >= n {
				return events, pos, true
			}
			if wanted {
				events = append(events, i)
			}
			pos++
		}
	}
	return events, pos, false
}

// streamBack returns up to n events of the arrival order below pos, newest arrival first.
func (c *call) streamBack(pos, n int, keep func(i int) bool) (events []int, more bool) {
	order := c.log.InArrivalOrder(0, pos)
	for k := len(order) - 1; k >= 0; k-- {
		if !keep(order[k]) {
			continue
		}
		if len(events) >= n {
			return events, true
		}
		events = append(events, order[k])
	}
	return events, false
}

// token makes a cursor token of this vendor. After a page that a fault has emptied it differs from the one before, so
// that the client isn't led in a circle.
func (c *call) token(cur cursor) string {
	if c.opts.CursorTTL > 0 {
		cur.issued = c.now
	}
	if c.maxPage == 0 {
		cur.turn = int64(c.seq)
	}
	return cur.encode(c.key)
}

// cursor reads a token. Cursors expire after the configured time, or by a fault.
func (c *call) cursor(token string) (cursor, error) {
	cur, err := decodeCursor(token, c.key)
	if err != nil || c.expire {
		return cursor{}, errCursor
	}
	if ttl := c.opts.CursorTTL; ttl > 0 && c.now.After(cur.issued.Add(ttl)) {
		return cursor{}, errCursor
	}
	return cur, nil
}

// hasCursor guesses whether the request goes on from an earlier answer: only such requests can meet an expired cursor.
func (c *call) hasCursor() bool {
	for _, name := range [...]string{"after", "before", "cursor", "offset", "nextPage", "$skipToken"} {
		if c.query.Get(name) != "" {
			return true
		}
	}
	return strings.Contains(c.path, "/query/01g") ||
		bytes.Contains(c.body, []byte(`"cursor"`)) || bytes.Contains(c.body, []byte(`"NextToken"`))
}

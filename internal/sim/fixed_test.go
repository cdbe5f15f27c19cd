// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"time"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// fixed are small worlds without chance, one per way to read a log, in which
// every crash point can be tried.
var fixed = map[string]func(*Scenario){
	"stream by link that starts by time": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.style, s.Vendor.start, s.Vendor.alwaysOn = modeStream, paging.Link, true, true
	},
	"stream by cursor without a time filter": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.style, s.Vendor.more = modeStream, paging.Cursor, "flag"
	},
	"stream by next URL whose newest page grows": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.style = modeStream, paging.NextURL
	},
	"stream by offset": func(s *Scenario) { s.Vendor.mode, s.Vendor.style = modeStream, paging.Offset },
	"stream by page number": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.style = modeStream, paging.Page
	},
	"stream by last id": func(s *Scenario) { s.Vendor.mode, s.Vendor.style = modeStream, paging.LastID },
	"stream whose cursor expires": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.style, s.Vendor.start, s.Vendor.alwaysOn = modeStream, paging.Cursor, true, true
		s.Vendor.cursorLife, s.Vendor.expiredStatus, s.Vendor.expiredRule = 30*time.Second, 410, true
	},
	"windows by start, oldest first": func(s *Scenario) { s.Vendor.start = true },
	"windows whose lower bound is exclusive, without an overlap": func(s *Scenario) {
		s.Vendor.start, s.Vendor.exclusive, s.Vendor.coarse, s.Vendor.format = true, true, true, "2006-01-02T15:04Z"
		s.Engine.overlap = 0
		for _, e := range s.Log {
			e.at = e.visible
			e.raw = fixedRaw(e)
		}
	},
	"windows by start and end, newest first":  func(s *Scenario) { s.window(paging.Link, descending) },
	"windows by start and end, unsorted":      func(s *Scenario) { s.window(paging.NextURL, shuffled) },
	"windows by offset into which rows drift": func(s *Scenario) { s.window(paging.Offset, descending) },
	"windows at the vendor's cap": func(s *Scenario) {
		s.window(paging.None, ascending)
		s.Vendor.cap = 4
	},
	"windows and sweeps": func(s *Scenario) {
		s.window(paging.Cursor, ascending)
		s.Engine.sweepEvery, s.Engine.sweepDepth = 50*time.Second, 48*time.Hour
		s.Log[5].at -= 3 * time.Hour
		s.Log[5].raw = fixedRaw(s.Log[5])
	},
	"records that the pipeline refuses for good": func(s *Scenario) {
		s.window(paging.Cursor, ascending)
		s.Log[1].poison, s.Log[6].poison = true, true
	},
	"stream each page of which is durable before the next": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.style, s.Engine.maxUncommitted = modeStream, paging.Link, 0
	},
	"stream whose checkpoint is in S3": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.style, s.Bucket = modeStream, paging.Cursor, bucketPlan{on: true, previousEvery: 1}
	},
	"list, oldest first": func(s *Scenario) { s.Vendor.mode = modeList },
	"list, newest first": func(s *Scenario) {
		s.Vendor.mode, s.Vendor.order, s.Vendor.style = modeList, descending, paging.Page
	},
}

func (s *Scenario) window(style paging.Type, o order) {
	s.Vendor.style, s.Vendor.order, s.Vendor.start, s.Vendor.end = style, o, true, true
}

// makeFixed makes the scenario of that name. Ten events come before and during
// two polls, with ties across the border of pages of three.
func makeFixed(name string) *Scenario {
	s := &Scenario{Seed: 1, Rough: 80 * time.Second, Settle: time.Minute}
	s.Vendor = vendorPlan{
		mode: modeWindow, style: paging.Cursor, cursorIn: "body", format: "rfc3339", pageSize: 3, latency: 40 * time.Millisecond,
	}
	s.Engine = enginePlan{
		interval: time.Minute, overlap: time.Minute, startBack: 6 * time.Hour, exclusiveStart: true,
		maxPages: 1000, maxUncommitted: 2, maxUIDs: 1000, smallerPages: 3, layout: fixedLayout,
	}
	for i := range 10 {
		e := &event{seq: i, id: fmt.Sprint("e", i), visible: time.Duration(i-7) * 20 * time.Second}
		e.at = e.visible
		if i%3 == 2 {
			e.at -= 20 * time.Second // the time of the event before
		}
		e.raw = fixedRaw(e)
		s.Log = append(s.Log, e)
	}
	fixed[name](s)
	if s.Vendor.mode == modeStream {
		s.Vendor.order = byArrival
	}
	return s
}

const fixedLayout = "2006-01-02T15:04:05Z"

func fixedRaw(e *event) string {
	return fmt.Sprintf(`{"id":%q,"ts":%s,"type":"login"}`, e.id, writeTime(start.Add(e.at), fixedLayout))
}

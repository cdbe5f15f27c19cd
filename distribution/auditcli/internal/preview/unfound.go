// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"maps"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// Unfound is a key whose paths led to no value in any record.
type Unfound struct {
	Key   string
	Paths []string
}

// gapEvent is the event name of records that are not the vendor's.
const gapEvent = "restaudit.gap"

// unfound are the mapped keys that no record has. A wrong path is no error,
// since a vendor leaves fields out; here somebody looks.
func unfound(cfg *restauditreceiver.Config, all []plog.Logs) []Unfound {
	r := cfg.Response
	type mapped struct {
		key   string
		paths restauditreceiver.Paths
		in    func(plog.LogRecord) bool
	}
	keys := []mapped{
		{"response::id", r.ID, func(lr plog.LogRecord) bool { return !strings.HasPrefix(text(lr, "log.record.uid"), "sha256:") }},
		{"response::timestamp", r.Timestamp, func(lr plog.LogRecord) bool {
			return lr.Timestamp() != lr.ObservedTimestamp() || text(lr, "restaudit.parse_error") != ""
		}},
		{"response::event_name", r.EventName, func(lr plog.LogRecord) bool { return lr.EventName() != "" }},
		{"response::severity", r.Severity, func(lr plog.LogRecord) bool { return lr.SeverityText() != "" }},
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Attributes)) {
		keys = append(keys, mapped{"attributes::" + name, cfg.Attributes[name], func(lr plog.LogRecord) bool {
			_, ok := lr.Attributes().Get(name)
			return ok
		}})
	}
	records := vendorsRecords(all)
	if len(records) == 0 {
		return nil
	}
	var out []Unfound
	for _, k := range keys {
		if len(k.paths) > 0 && !slices.ContainsFunc(records, k.in) {
			out = append(out, Unfound{Key: k.key, Paths: k.paths})
		}
	}
	return out
}

func vendorsRecords(all []plog.Logs) []plog.LogRecord {
	var records []plog.LogRecord
	for _, logs := range all {
		for _, rl := range logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					if lr.EventName() != gapEvent {
						records = append(records, lr)
					}
				}
			}
		}
	}
	return records
}

func text(lr plog.LogRecord, name string) string {
	if value, ok := lr.Attributes().Get(name); ok {
		return value.AsString()
	}
	return ""
}

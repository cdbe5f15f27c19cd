// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"reflect"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/internal/record"
)

// permanentType is the type of the errors that consumererror.NewPermanent makes.
var permanentType = reflect.TypeOf(consumererror.NewPermanent(errors.New("")))

// isPermanent reports whether a refusal is permanent: whether every leaf of the
// error's tree is. consumererror.IsPermanent asks for any leaf: after a fan-out,
// one exporter's permanent error would hide that another one was only busy.
func isPermanent(err error) bool {
	if reflect.TypeOf(err) == permanentType {
		return true
	}
	inner := unwrap(err)
	for _, e := range inner {
		if !isPermanent(e) {
			return false
		}
	}
	return len(inner) > 0
}

// unsent returns the records that a refused batch still owes the pipeline. An
// exporter that delivered a part says so with consumererror.Logs, which holds the
// rest (F39). Everything is still owed if any leaf of the error's tree says
// nothing of that kind, or if the rest can't be recognised by its uids: better a
// repeat than a loss.
func unsent(err error, records []record.Record) []record.Record {
	parts, ok := parts(nil, err)
	if !ok {
		return records
	}
	owed := make(map[string]bool)
	for _, logs := range parts {
		if !addUIDs(owed, logs) {
			return records
		}
	}
	var rest []record.Record
	found := make(map[string]bool, len(owed))
	for i := range records {
		if uid := validText(records[i].UID); owed[uid] {
			found[uid] = true
			rest = append(rest, records[i])
		}
	}
	if len(found) == 0 || len(found) < len(owed) {
		return records
	}
	return rest
}

// parts appends the rests that an error's tree holds. ok is false if a leaf is
// not below one of them.
func parts(found []plog.Logs, err error) (_ []plog.Logs, ok bool) {
	if partial, is := err.(consumererror.Logs); is { //nolint:errorlint // the walk looks at each error of the tree by itself
		return append(found, partial.Data()), true
	}
	inner := unwrap(err)
	ok = len(inner) > 0
	for _, e := range inner {
		var covered bool
		found, covered = parts(found, e)
		ok = ok && covered
	}
	return found, ok
}

// unwrap returns the errors right below an error in its tree.
func unwrap(err error) []error {
	var inner []error
	switch e := err.(type) { //nolint:errorlint // the walk looks at each error of the tree by itself
	case interface{ Unwrap() error }:
		inner = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = e.Unwrap()
	}
	out := inner[:0:0]
	for _, e := range inner {
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}

// addUIDs adds the uids of all log records. It reports false if one has none.
func addUIDs(uids map[string]bool, logs plog.Logs) bool {
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				uid, ok := lr.Attributes().Get(attrUID)
				if !ok {
					return false
				}
				uids[uid.AsString()] = true
			}
		}
	}
	return true
}

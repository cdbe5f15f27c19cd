// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestRefusalIsPermanentOnlyIfEveryLeafIs(t *testing.T) {
	perm, busy := errPoison, errBusy
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"plain":                          {busy, false},
		"permanent":                      {perm, true},
		"wrapped permanent":              {fmt.Errorf("exporter: %w", perm), true},
		"permanent around plain":         {consumererror.NewPermanent(fmt.Errorf("x: %w", busy)), true},
		"permanent around a join":        {consumererror.NewPermanent(errors.Join(busy, busy)), true},
		"join of permanents":             {errors.Join(perm, perm), true},
		"join of permanent and plain":    {errors.Join(perm, busy), false},
		"join of plain and permanent":    {errors.Join(busy, perm), false},
		"deep join":                      {fmt.Errorf("a: %w", errors.Join(perm, fmt.Errorf("b: %w", errors.Join(perm, busy)))), false},
		"two %w":                         {fmt.Errorf("%w and %w", perm, busy), false},
		"partial of permanent":           {consumererror.NewLogs(perm, plog.NewLogs()), true},
		"downstream of permanent":        {consumererror.NewDownstream(perm), true},
		"explicitly retryable":           {consumererror.NewRetryableError(busy), false},
		"http 400 that is not permanent": {consumererror.NewOTLPHTTPError(busy, 400), false},
	} {
		assert.Equal(t, tc.want, isPermanent(tc.err), name)
	}
}

func TestUnsentIsWhatEveryLeafAgreesOn(t *testing.T) {
	records := recordsOf("a", "b", "c")
	logs := newEmitter(emitSettings{}).logs(records, time.Time{})
	part := func(uids ...string) error { return consumererror.NewLogs(errBusy, subset(logs, uids...)) }
	stripped := subset(logs, "b")
	recordsIn(stripped).At(0).Attributes().Remove(attrUID)
	for name, tc := range map[string]struct {
		err  error
		want []string
	}{
		"no partial data":                      {errBusy, []string{"a", "b", "c"}},
		"a rest":                               {part("b"), []string{"b"}},
		"a wrapped rest":                       {fmt.Errorf("x: %w", part("c")), []string{"c"}},
		"a rest of permanent":                  {consumererror.NewLogs(errPoison, subset(logs, "a")), []string{"a"}},
		"rests of two exporters":               {errors.Join(part("c"), part("a")), []string{"a", "c"}},
		"rest of one, all of the other":        {errors.Join(part("c"), errBusy), []string{"a", "b", "c"}},
		"all of one, rest of the other":        {errors.Join(errPoison, part("c")), []string{"a", "b", "c"}},
		"an empty rest with an error":          {part(), []string{"a", "b", "c"}},
		"a rest without uid":                   {consumererror.NewLogs(errBusy, stripped), []string{"a", "b", "c"}},
		"a rest with records that are unknown": {consumererror.NewLogs(errBusy, newEmitter(emitSettings{}).logs(recordsOf("b", "z"), time.Time{})), []string{"a", "b", "c"}},
	} {
		var got []string
		for _, r := range unsent(tc.err, records) {
			got = append(got, r.UID)
		}
		assert.Equal(t, tc.want, got, name)
	}
}

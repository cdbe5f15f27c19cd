// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
)

func TestStatusReportsOnlyChanges(t *testing.T) {
	const bad, good = componentstatus.StatusRecoverableError, componentstatus.StatusOK
	host := &statusHost{Host: componenttest.NewNopHost()}
	s := newStatus(host)
	for _, step := range []struct {
		name string
		do   func()
		want []componentstatus.Status
	}{
		{"it is fine from the start", func() { s.ok(causePoll) }, nil},
		{"trouble", func() { s.fail(causePoll, "auth", errors.New("401")) }, []componentstatus.Status{bad}},
		{"the same trouble", func() { s.fail(causePoll, "auth", errors.New("401 again")) }, []componentstatus.Status{bad}},
		{"another reason", func() { s.fail(causePoll, "retry", errors.New("503")) }, []componentstatus.Status{bad, bad}},
		{"a part that is told first", func() { s.fail(causeDelivery, "delivery", errors.New("full")) }, []componentstatus.Status{bad, bad, bad}},
		{"a part that is told later", func() { s.fail(causeCheckpoint, "read", errors.New("EIO")) }, []componentstatus.Status{bad, bad, bad}},
		{"one part works, the next is told", func() { s.ok(causeDelivery) }, []componentstatus.Status{bad, bad, bad, bad}},
		{"a part that was not told works", func() { s.ok(causeCheckpoint) }, []componentstatus.Status{bad, bad, bad, bad}},
		{"all work", func() { s.ok(causePoll) }, []componentstatus.Status{bad, bad, bad, bad, good}},
		{"all still work", func() { s.ok(causePoll) }, []componentstatus.Status{bad, bad, bad, bad, good}},
	} {
		step.do()
		assert.Equal(t, step.want, host.statuses(), step.name)
	}
	assert.EqualError(t, host.events[0].Err(), "poll: auth: 401")
	assert.EqualError(t, host.events[3].Err(), "poll: retry: 503")
	assert.NoError(t, host.events[4].Err())
}

func TestErrorTextIsCutAndValid(t *testing.T) {
	long := brief(errors.New(strings.Repeat("é", 500)))
	assert.LessOrEqual(t, len(long), maxErrorText+10)
	assert.Contains(t, long, " ... ")
	down := brief(errors.New("put s3://audit/okta: " + strings.Repeat("gave up ", 100) + "connect: connection refused"))
	assert.True(t, strings.HasPrefix(down, "put s3://audit/okta: "), "what was done: %s", down)
	assert.True(t, strings.HasSuffix(down, "connect: connection refused"), "the cause: %s", down)
	assert.Equal(t, "a\uFFFDb", brief(errors.New("a\xffb")))
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"
	logwatch "go.uber.org/zap/zaptest/observer"
)

const (
	trouble1 = "The destination has not taken a batch for a minute; it is waited for"
	trouble2 = "The pipeline refuses records; they are sent again until it takes them"
	again    = "The pipeline takes records again"
)

// keep answers as an exporter does that retries for as long as the list says,
// and takes what comes after that. An error comes after the time before it.
func (r *rig) keep(waits []time.Duration, errs ...error) *rig {
	r.decide = func([]string, plog.Logs) error {
		if len(waits) == 0 {
			return nil
		}
		wait := time.NewTimer(waits[0])
		defer wait.Stop()
		waits = waits[1:]
		select {
		case <-wait.C:
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
		if len(errs) == 0 {
			return nil
		}
		err := errs[0]
		errs = errs[1:]
		return err
	}
	return r
}

// listen returns what the sink logs from now on.
func (r *rig) listen() func() (messages []string) {
	core, logs := logwatch.New(zap.InfoLevel)
	r.logger = zap.New(core)
	return func() (messages []string) {
		for _, entry := range logs.All() {
			messages = append(messages, entry.Message)
		}
		return messages
	}
}

func TestADestinationThatIsDownIsTold(t *testing.T) {
	const bad, good = componentstatus.StatusRecoverableError, componentstatus.StatusOK
	for name, tc := range map[string]struct {
		waits []time.Duration
		errs  []error
		lines []string
		want  []componentstatus.Status
	}{
		"an answer within the minute is no trouble":            {waits: []time.Duration{59 * time.Second}},
		"an exporter that retries without end is told, once":   {waits: []time.Duration{3 * time.Hour}, lines: []string{trouble1, again}, want: []componentstatus.Status{bad, good}},
		"one that gives up at last says why":                   {waits: []time.Duration{2 * time.Minute, 0}, errs: []error{errBusy}, lines: []string{trouble1, trouble2, again}, want: []componentstatus.Status{bad, bad, good}},
		"one that gives up again and again is told no oftener": {waits: []time.Duration{time.Hour, time.Hour, time.Hour, 0}, errs: []error{errBusy, errBusy, errBusy}, lines: []string{trouble1, trouble2, again}, want: []componentstatus.Status{bad, bad, good}},
		"a refusal and then no answer turn the status":         {waits: []time.Duration{0, 70 * time.Second}, errs: []error{errBusy}, lines: []string{trouble2, again}, want: []componentstatus.Status{bad, good}},
		"what is refused for good stays what is told":          {waits: []time.Duration{0, time.Hour}, errs: []error{errPoison}, lines: []string{trouble2, again}, want: []componentstatus.Status{bad, good}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil).keep(tc.waits, tc.errs...)
				lines := r.listen()
				assert.Empty(t, r.deliver(t, "a", "b"))
				assert.Equal(t, tc.lines, lines())
				assert.Equal(t, tc.want, r.host.statuses())
				assert.Equal(t, []string{"a", "b"}, r.accepted)
			})
		})
	}
}

func TestTheWaitForTheDestinationIsAGauge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil).keep([]time.Duration{time.Hour})
		assert.InDelta(t, 0, value(t, r.telemetry, "delivery_wait"), 0, "it is there before the first page")
		done := make(chan error)
		go func() {
			_, err := r.Deliver(t.Context(), recordsOf("a"), time.Now())
			done <- err
		}()
		time.Sleep(10 * time.Minute)
		assert.InDelta(t, 600, value(t, r.telemetry, "delivery_wait"), 0)
		require.NoError(t, <-done)
		assert.InDelta(t, 0, value(t, r.telemetry, "delivery_wait"), 0)
		assert.InDelta(t, 0, value(t, r.telemetry, "retries", "delivery"), 0, "the exporter's attempts are not ours")
	})
}

func TestAShutdownEndsTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, after := range []time.Duration{time.Second, busyFor, time.Hour} {
			r := newRig(t, nil).keep([]time.Duration{24 * time.Hour})
			ctx, cancel := context.WithTimeout(t.Context(), after)
			start := time.Now()
			_, err := r.Deliver(ctx, recordsOf("a"), time.Now())
			cancel()
			require.Error(t, err)
			assert.Equal(t, after, time.Since(start))
		}
	})
}

func TestPartsWaitForTheDestinationInParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &statusHost{Host: componenttest.NewNopHost()}
		shared := &board{host: host}
		done := make(chan error)
		for name, wait := range map[string]time.Duration{"org=a": 5 * time.Minute, "org=b": 20 * time.Minute, "org=c": time.Second} {
			r := newRig(t, nil).keep([]time.Duration{wait})
			r.status = shared.part(name)
			go func() {
				_, err := r.Deliver(t.Context(), recordsOf(name), time.Now())
				done <- err
			}()
		}
		for range 3 {
			require.NoError(t, <-done)
		}
		statuses := host.statuses()
		assert.Equal(t, componentstatus.StatusOK, statuses[len(statuses)-1])
		last := host.events[len(host.events)-2].Err()
		assert.ErrorContains(t, last, "org=b: delivery: waiting: the destination has not taken a batch for a minute")
	})
}

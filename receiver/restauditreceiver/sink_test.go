// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/internal/source"
)

var (
	errBusy   = errors.New("queue is full")
	errPoison = consumererror.NewPermanent(errors.New("mapping conflict"))
)

// refuse answers the first n calls with an error.
func refuse(n int, err error) func([]string, plog.Logs) error {
	return func([]string, plog.Logs) error {
		if n--; n >= 0 {
			return err
		}
		return nil
	}
}

func TestAcceptedPageIsSentOnce(t *testing.T) {
	r := newRig(t, nil)
	assert.Empty(t, r.deliver(t, "a", "b"))
	assert.Equal(t, [][]string{{"a", "b"}}, r.calls)
	assert.Empty(t, r.host.statuses())
}

func TestEmptyPageIsNotSent(t *testing.T) {
	r := newRig(t, nil)
	assert.Empty(t, r.deliver(t))
	assert.Empty(t, r.calls)
}

func TestRefusedPageIsSentAgainUntilItIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(500, errBusy))
		start := time.Now()
		assert.Empty(t, r.deliver(t, "a", "b"))
		assert.Len(t, r.calls, 501)
		assert.Equal(t, []string{"a", "b"}, r.accepted)
		assert.Greater(t, time.Since(start), 5*time.Hour)
	})
}

func TestWaitsGrowFromTheFirstToTheLongestWithJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(20, errBusy))
		r.deliver(t, "a")
		want := []int{1, 2, 4, 8, 16, 32}
		for i, at := range r.times[1:] {
			wait, most := at.Sub(r.times[i]), time.Minute
			if i < len(want) {
				most = time.Duration(want[i]) * time.Second
			}
			assert.LessOrEqual(t, wait, most)
			assert.GreaterOrEqual(t, wait, most/2)
		}
	})
}

func TestWaitsStartAnewAfterSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(10, errBusy))
		r.deliver(t, "a")
		r.decide = refuse(1, errBusy)
		before := time.Now()
		r.deliver(t, "b")
		assert.LessOrEqual(t, time.Since(before), time.Second)
	})
}

func TestEachAttemptIsBuiltAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		r := newRig(t, nil)
		r.decide = func(_ []string, logs plog.Logs) error {
			assert.Equal(t, `{"id":"a"}`, recordsIn(logs).At(0).Body().Str())
			recordsIn(logs).At(0).Body().SetStr("changed by a processor")
			if n++; n < 3 {
				return errBusy
			}
			return nil
		}
		r.deliver(t, "a")
		assert.Len(t, r.calls, 3)
	})
}

func TestOnlyTheRestOfAPartlyAcceptedPageIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		r := newRig(t, nil)
		r.decide = func(_ []string, logs plog.Logs) error {
			if first {
				first = false
				return consumererror.NewLogs(errBusy, subset(logs, "b", "d"))
			}
			return nil
		}
		r.deliver(t, "a", "b", "c", "d")
		assert.Equal(t, [][]string{{"a", "b", "c", "d"}, {"b", "d"}}, r.calls)
	})
}

func TestShutdownEndsTheWaitAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, refusal := range map[string]error{"retryable": errBusy, "permanent": errPoison} {
			r := newRig(t, refuse(1<<30, refusal)).quarantining(0)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				_, err := r.Deliver(ctx, recordsOf("a", "b"), time.Now())
				done <- err
			}()
			time.Sleep(10*time.Minute + time.Millisecond)
			cancel()
			before := time.Now()
			require.ErrorIs(t, <-done, context.Canceled, name)
			assert.Zero(t, time.Since(before), name)
			assert.Empty(t, r.accepted, name)
		}
	})
}

func TestShutdownReachesAnExporterThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.decide = func([]string, plog.Logs) error {
			<-r.ctx.Done()
			return consumererror.NewPermanent(r.ctx.Err())
		}
		ctx, cancel := context.WithTimeout(t.Context(), busyFor/2)
		defer cancel()
		_, err := r.Deliver(ctx, recordsOf("a"), time.Now())
		require.Error(t, err)
		assert.Empty(t, r.host.statuses(), "a shutdown is no trouble")
	})
}

func TestPipelineSeesNoDeadline(t *testing.T) {
	r := newRig(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	_, err := r.Deliver(ctx, recordsOf("a"), time.Now())
	require.NoError(t, err)
	_, has := r.ctx.Deadline()
	assert.False(t, has)
}

func TestAcceptanceCountsEvenIfTheContextHasEnded(t *testing.T) {
	r := newRig(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	r.decide = func([]string, plog.Logs) error { cancel(); return nil }
	_, err := r.Deliver(ctx, recordsOf("a"), time.Now())
	require.NoError(t, err)
}

func TestPermanentRefusalIsHeldForEverWithoutQuarantine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(5000, errPoison))
		assert.Empty(t, r.deliver(t, "a", "b"))
		assert.Equal(t, []string{"a", "b"}, r.accepted)
		for _, call := range r.calls {
			assert.Len(t, call, 2, "never split")
		}
		assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusOK}, r.host.statuses())
		assert.ErrorContains(t, r.host.events[0].Err(), "mapping conflict")
	})
}

func TestBusyPipelineIsTroubleOnlyAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(3, errBusy))
		r.deliver(t, "a")
		assert.Empty(t, r.host.statuses())
		r.decide = refuse(30, errBusy)
		r.deliver(t, "b")
		assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusOK}, r.host.statuses())
	})
}

func TestGapRecordIsSentUntilItIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, refusal := range map[string]error{"retryable": errBusy, "permanent": errPoison} {
			r := newRig(t, refuse(100, refusal)).quarantining(0)
			require.NoError(t, r.DeliverGap(t.Context(), source.Gap{UID: "gap:1", Reason: "retention"}, time.Now()), name)
			assert.Len(t, r.calls, 101, name)
			assert.Equal(t, []string{eventGap}, r.own, name)
		}
	})
}

func TestGapRecordEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(1<<30, errPoison))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		require.Error(t, r.DeliverGap(ctx, source.Gap{}, time.Now()))
	})
}

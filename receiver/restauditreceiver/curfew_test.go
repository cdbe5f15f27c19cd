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
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	logwatch "go.uber.org/zap/zaptest/observer"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// stopped is a receiver whose sources are in the pipeline's hands.
type stopped struct {
	*auditReceiver
	logs *logwatch.ObservedLogs
}

// newStopped must be called in a bubble of synctest. The pipeline takes each page
// in flight after the time given, or gives up when it is told to.
func newStopped(t *testing.T, c *curfew, grace time.Duration, takes ...time.Duration) *stopped {
	t.Helper()
	core, logs := logwatch.New(zap.WarnLevel)
	s := &stopped{auditReceiver: &auditReceiver{cfg: &Config{ShutdownGrace: grace}, curfew: c}, logs: logs}
	for _, take := range takes {
		tel, err := newTelemetry(component.MustNewID("restaudit"), "", componenttest.NewNopTelemetrySettings())
		require.NoError(t, err)
		p := &running{
			logger: zap.New(core), telemetry: tel, closeIdle: func() {}, join: func() func() { return func() {} },
			run: func(soft, hard context.Context) error {
				<-soft.Done()
				page := time.NewTimer(take)
				defer page.Stop()
				select {
				case <-page.C:
				case <-hard.Done():
				}
				return nil
			},
		}
		s.running = append(s.running, p)
		p.start(0)
	}
	synctest.Wait()
	return s
}

// stop stops the receiver and returns how long that took, and how many of its
// pages will be delivered again.
func (s *stopped) stop(t *testing.T) (took time.Duration, again int) {
	t.Helper()
	start := time.Now()
	require.NoError(t, s.Shutdown(t.Context()))
	return time.Since(start), s.logs.Len()
}

const never = time.Hour

func TestReceiversThatAreStoppedInTurnShareTheGracePeriod(t *testing.T) {
	const grace = 25 * time.Second
	for name, tc := range map[string]struct {
		takes []time.Duration
		want  []time.Duration
		again []int
	}{
		"all is well":                                  {[]time.Duration{0, 0, 0}, []time.Duration{0, 0, 0}, []int{0, 0, 0}},
		"the destination is slow":                      {[]time.Duration{10 * time.Second, 10 * time.Second, 10 * time.Second}, []time.Duration{10 * time.Second, 10 * time.Second, 5 * time.Second}, []int{0, 0, 1}},
		"the destination is down":                      {[]time.Duration{never, never, never}, []time.Duration{grace, leastGrace, leastGrace}, []int{1, 1, 1}},
		"one destination is down, the others take all": {[]time.Duration{never, leastGrace / 2, leastGrace / 2}, []time.Duration{grace, leastGrace / 2, leastGrace / 2}, []int{1, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := new(curfew)
				receivers := make([]*stopped, len(tc.takes))
				for i, take := range tc.takes {
					receivers[i] = newStopped(t, c, grace, take)
				}
				for i, r := range receivers {
					took, again := r.stop(t)
					assert.Equal(t, tc.want[i], took, "receiver %d", i)
					assert.Equal(t, tc.again[i], again, "receiver %d", i)
				}
			})
		})
	}
}

func TestTheSourcesOfAReceiverHaveTheWholeGracePeriodEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took, again := newStopped(t, new(curfew), 25*time.Second, 24*time.Second, never, 0).stop(t)
		assert.Equal(t, 25*time.Second, took)
		assert.Equal(t, 1, again)
	})
}

func TestAStopLaterOnHasAGracePeriodOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(curfew)
		removed, kept := newStopped(t, c, 25*time.Second, never), newStopped(t, c, 25*time.Second, 20*time.Second)
		removed.stop(t)
		time.Sleep(lull + time.Second)
		took, again := kept.stop(t)
		assert.Equal(t, 20*time.Second, took)
		assert.Zero(t, again)
	})
}

func TestAGracePeriodThatIsShortStaysShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(curfew)
		for _, grace := range []time.Duration{0, 100 * time.Millisecond} {
			took, _ := newStopped(t, c, grace, never).stop(t)
			assert.Equal(t, grace, took)
		}
	})
}

func TestAReplicaThatStepsDownUsesUpNobodysGracePeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(curfew)
		leader, other := newStopped(t, c, 25*time.Second, never), newStopped(t, c, 25*time.Second, 20*time.Second)
		leader.office = newOffice(func(context.Context) error { return nil }, leader.end, func(string, error) {})
		hard, dismiss := context.WithCancel(context.Background())
		leader.dismiss = dismiss
		go leader.office.run(hard)
		leader.office.elect(true)
		synctest.Wait()
		leader.office.elect(false)
		time.Sleep(15 * time.Second)
		took, again := other.stop(t)
		assert.Equal(t, 20*time.Second, took)
		assert.Zero(t, again)
		took, _ = leader.stop(t)
		assert.Zero(t, took, "its own grace period is over")
	})
}

func TestALeaderIsStoppedInTheTimeThatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := new(curfew)
		leader := newStopped(t, c, 25*time.Second, never)
		leader.office = newOffice(func(context.Context) error { return nil }, leader.end, func(string, error) {})
		hard, dismiss := context.WithCancel(context.Background())
		leader.dismiss = dismiss
		go leader.office.run(hard)
		leader.office.elect(true)
		synctest.Wait()
		newStopped(t, c, 25*time.Second, 20*time.Second).stop(t)
		took, again := leader.stop(t)
		assert.Equal(t, 5*time.Second, took)
		assert.Equal(t, 1, again)
	})
}

func TestReceiversOfAFactoryHaveOneCurfew(t *testing.T) {
	curfewOf := func(create func(receiver component.Config) (component.Component, error)) *curfew {
		r, err := create(createDefaultConfig())
		require.NoError(t, err)
		return r.(*auditReceiver).curfew
	}
	from := func() func(component.Config) (component.Component, error) {
		factory := NewFactory()
		return func(cfg component.Config) (component.Component, error) {
			return factory.CreateLogs(t.Context(), receivertest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
		}
	}
	one, other := from(), from()
	assert.Same(t, curfewOf(one), curfewOf(one))
	assert.NotSame(t, curfewOf(one), curfewOf(other), "as after a reload")
}

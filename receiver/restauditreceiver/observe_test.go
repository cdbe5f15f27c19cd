// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	logwatch "go.uber.org/zap/zaptest/observer"

	"github.com/restaudit/otelcol-audit/internal/send"
	"github.com/restaudit/otelcol-audit/internal/source"
)

// watched is an observer with everything that it writes to.
type watched struct {
	observer  source.Observer
	telemetry *componenttest.Telemetry
	host      *statusHost
	logs      *logwatch.ObservedLogs
}

func newWatched(t *testing.T) *watched {
	w := &watched{telemetry: componenttest.NewTelemetry(), host: &statusHost{Host: componenttest.NewNopHost()}}
	t.Cleanup(func() { require.NoError(t, w.telemetry.Shutdown(context.Background())) })
	core, logs := logwatch.New(zap.DebugLevel)
	w.logs = logs
	id := component.MustNewIDWithName("restaudit", "okta")
	tel, err := newTelemetry(id, "", w.telemetry.NewTelemetrySettings())
	require.NoError(t, err)
	t.Cleanup(tel.shutdown)
	w.observer = newObserver(id.String(), tel, newStatus(w.host), zap.New(core))
	return w
}

// value returns the value of a metric's series with the label values given, the
// receiver's id not counted; for a histogram the number of observations.
func value(t *testing.T, tt *componenttest.Telemetry, name string, labels ...string) float64 {
	t.Helper()
	m, err := tt.GetMetric("otelcol_restaudit_" + name)
	if err != nil {
		return 0
	}
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		return pick(data.DataPoints, labels, func(p metricdata.DataPoint[int64]) (attribute.Set, float64) { return p.Attributes, float64(p.Value) })
	case metricdata.Sum[float64]:
		return pick(data.DataPoints, labels, func(p metricdata.DataPoint[float64]) (attribute.Set, float64) { return p.Attributes, p.Value })
	case metricdata.Gauge[int64]:
		return pick(data.DataPoints, labels, func(p metricdata.DataPoint[int64]) (attribute.Set, float64) { return p.Attributes, float64(p.Value) })
	case metricdata.Gauge[float64]:
		return pick(data.DataPoints, labels, func(p metricdata.DataPoint[float64]) (attribute.Set, float64) { return p.Attributes, p.Value })
	case metricdata.Histogram[float64]:
		return pick(data.DataPoints, labels, func(p metricdata.HistogramDataPoint[float64]) (attribute.Set, float64) {
			return p.Attributes, float64(p.Count)
		})
	default:
		require.Fail(t, "unexpected metric", "%T", data)
		return 0
	}
}

func pick[P any](points []P, labels []string, of func(P) (attribute.Set, float64)) float64 {
	for _, p := range points {
		set, value := of(p)
		if id, ok := set.Value("receiver"); !ok || id.AsString() != "restaudit/okta" || set.Len() != len(labels)+1 {
			continue
		}
		has := func(label string) bool {
			return slices.ContainsFunc(set.ToSlice(), func(kv attribute.KeyValue) bool { return kv.Value.AsString() == label })
		}
		if !slices.ContainsFunc(labels, func(label string) bool { return !has(label) }) {
			return value
		}
	}
	return 0
}

func (w *watched) value(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	return value(t, w.telemetry, name, labels...)
}

func TestRequestsAreCountedByOutcome(t *testing.T) {
	w := newWatched(t)
	w.observer.Attempted(source.Attempt{Took: time.Second, Bytes: 100, Records: 3})
	w.observer.Attempted(source.Attempt{Took: time.Second, Bytes: 50})
	w.observer.Attempted(source.Attempt{Err: errors.New("x"), Class: "rate_limit", Wait: 90 * time.Second})
	w.observer.Attempted(source.Attempt{Err: errors.New("x"), Class: "from the vendor", Wait: time.Second})
	assert.InDelta(t, 2, w.value(t, "requests", "success"), 0)
	assert.InDelta(t, 1, w.value(t, "requests", "rate_limit"), 0)
	assert.InDelta(t, 1, w.value(t, "requests", "retry"), 0, "a label that nobody knows is not made")
	assert.InDelta(t, 2, w.value(t, "request_duration", "success"), 0)
	assert.InDelta(t, 2, w.value(t, "pages"), 0)
	assert.InDelta(t, 150, w.value(t, "received"), 0)
	assert.InDelta(t, 1, w.value(t, "retries", "rate_limit"), 0)
	assert.InDelta(t, 90, w.value(t, "rate_limit_wait"), 0)
}

func TestRecordsBalance(t *testing.T) {
	w := newWatched(t)
	w.observer.Delivered(source.Delivery{Fetched: 10, Emitted: 4, Duplicate: 3, Filtered: 2, Quarantined: 1})
	for result, want := range map[string]float64{"fetched": 10, "emitted": 4, "duplicate": 3, "filtered": 2, "quarantined": 1} {
		assert.InDelta(t, want, w.value(t, "records", result), 0, result)
	}
}

func TestStatusTellsOfRequestsThatKeepFailing(t *testing.T) {
	w := newWatched(t)
	fail := func() {
		w.observer.Attempted(source.Attempt{Class: "auth", Err: &send.Error{Class: send.ClassAuth, Status: 401, Hint: "renew the token", Err: errors.New("token expired")}})
	}
	fail()
	fail()
	assert.Empty(t, w.host.statuses(), "once or twice is daily business")
	fail()
	fail()
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError}, w.host.statuses())
	assert.ErrorContains(t, w.host.events[0].Err(), "poll: auth: 401 Unauthorized: token expired")
	warnings := w.logs.FilterLevelExact(zap.WarnLevel)
	require.Equal(t, 1, warnings.Len(), "one line, not one for each attempt")
	assert.Equal(t, "renew the token", warnings.All()[0].ContextMap()["hint"])
	w.observer.Attempted(source.Attempt{})
	w.observer.Attempted(source.Attempt{})
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusOK}, w.host.statuses())
	assert.Equal(t, 1, w.logs.FilterMessage("The vendor answers again").Len())
}

func TestPollThatFetchedSomethingIsOneLineAtInfo(t *testing.T) {
	w := newWatched(t)
	w.observer.Noticed(source.Notice{Kind: source.PollDone, New: 45})
	w.observer.Noticed(source.Notice{Kind: source.PollDone})
	lines := w.logs.FilterLevelExact(zap.InfoLevel).All()
	require.Len(t, lines, 1)
	assert.Equal(t, "Fetched 45 new events from restaudit/okta", lines[0].Message)
}

func TestFreshnessGrowsUntilTheWatermarkMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t)
		_, err := w.telemetry.GetMetric("otelcol_restaudit_freshness")
		require.Error(t, err, "nothing is known before the first poll")
		w.observer.Noticed(source.Notice{Kind: source.PollDone, Low: time.Now().Add(-5 * time.Minute)})
		time.Sleep(time.Hour)
		assert.InDelta(t, 3900, w.value(t, "freshness"), 0.001)
		w.observer.Noticed(source.Notice{Kind: source.PollDone, Low: time.Now()})
		assert.InDelta(t, 0, w.value(t, "freshness"), 0.001)
		assert.InDelta(t, float64(time.Now().Unix()), w.value(t, "last_success_time"), 0)
	})
}

// TestASourceThatGetsNowhereIsSeen: without these values from the start, an
// alert that compares them would have nothing to fire on.
func TestASourceThatGetsNowhereIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := newWatched(t)
		assert.InDelta(t, float64(start.Unix()), w.value(t, "last_success_time"), 0)
		assert.InDelta(t, 0, w.value(t, "rate_limit_wait"), 0)
		time.Sleep(time.Hour)
		w.observer.Noticed(source.Notice{Kind: source.Loaded, Low: start.Add(-time.Hour)})
		assert.InDelta(t, 7200, w.value(t, "freshness"), 0.001, "as of the checkpoint, before the first poll")
		assert.InDelta(t, float64(start.Unix()), w.value(t, "last_success_time"), 0, "reading a checkpoint is no success")
	})
}

func TestLatenessIsMeasuredAgainstThePollsBefore(t *testing.T) {
	w := newWatched(t)
	deliver := func(oldest time.Time) { w.observer.Delivered(source.Delivery{Oldest: oldest, Newest: testTime}) }
	deliver(testTime.Add(-time.Hour))
	assert.Zero(t, w.value(t, "lateness"), "a backfill is not late")
	w.observer.Noticed(source.Notice{Kind: source.PollDone, High: testTime})
	deliver(testTime.Add(-30 * time.Second))
	deliver(testTime.Add(time.Second))
	deliver(time.Time{})
	m, err := w.telemetry.GetMetric("otelcol_restaudit_lateness")
	require.NoError(t, err)
	point := m.Data.(metricdata.Histogram[float64]).DataPoints[0]
	assert.Equal(t, uint64(2), point.Count)
	assert.InDelta(t, 30, point.Sum, 0)
}

func TestCheckpointTroubleIsSeen(t *testing.T) {
	const bad, good = componentstatus.StatusRecoverableError, componentstatus.StatusOK
	w := newWatched(t)
	w.observer.Noticed(source.Notice{Kind: source.LoadFailed, Err: errors.New("EIO")})
	w.observer.Noticed(source.Notice{Kind: source.Loaded, Text: "read from the previous slot"})
	w.observer.Noticed(source.Notice{Kind: source.CommitFailed})
	w.observer.Noticed(source.Notice{Kind: source.Committed, Pages: 2})
	w.observer.Noticed(source.Notice{Kind: source.Fenced, Err: errors.New("epoch 7")})
	assert.Equal(t, []componentstatus.Status{bad, good, bad, good, bad}, w.host.statuses())
	assert.InDelta(t, 1, w.value(t, "incidents", "checkpoint_unreadable"), 0)
	assert.InDelta(t, 1, w.value(t, "incidents", "fenced"), 0)
	assert.InDelta(t, 1, w.value(t, "checkpoint_failures"), 0)
	assert.InDelta(t, 1, w.value(t, "checkpoint_writes"), 0)
}

func TestGapsAndIncidentsAreCountedAndLogged(t *testing.T) {
	w := newWatched(t)
	for _, reason := range append(source.GapReasons(), "unheard of") {
		w.observer.Noticed(source.Notice{Kind: source.GapFound, Gap: source.Gap{Reason: reason}})
	}
	for _, reason := range append(source.GapReasons(), reasonOther) {
		assert.InDelta(t, 1, w.value(t, "gaps", reason), 0, reason)
	}
	w.observer.Noticed(source.Notice{Kind: source.Looped})
	w.observer.Noticed(source.Notice{Kind: source.CursorExpired, Text: "going on by time"})
	assert.InDelta(t, 1, w.value(t, "incidents", "looped"), 0)
	assert.InDelta(t, 1, w.value(t, "incidents", "cursor_expired"), 0)
	assert.Equal(t, len(source.GapReasons())+3, w.logs.FilterLevelExact(zap.WarnLevel).Len())
}

func TestRefusalsAreCountedAndHeldRecordsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, refuse(2, errBusy))
		r.deliver(t, "a", "b", "c")
		r.decide = refuse(3, errPoison)
		done := make(chan error)
		go func() {
			_, err := r.Deliver(t.Context(), recordsOf("d", "e", "f"), time.Now())
			done <- err
		}()
		time.Sleep(2 * time.Second)
		assert.InDelta(t, 3, value(t, r.telemetry, "held_records"), 0)
		require.NoError(t, <-done)
		assert.InDelta(t, 0, value(t, r.telemetry, "held_records"), 0)
		assert.InDelta(t, 2, value(t, r.telemetry, "retries", "delivery"), 0)
		assert.InDelta(t, 3, value(t, r.telemetry, "retries", "delivery_permanent"), 0)
		accepted, err := r.telemetry.GetMetric("otelcol_receiver_accepted_log_records")
		require.NoError(t, err)
		assert.Equal(t, int64(6), accepted.Data.(metricdata.Sum[int64]).DataPoints[0].Value)
	})
}

func TestTheVendorsQuotaIsAGauge(t *testing.T) {
	r := newRig(t, nil)
	r.sink.telemetry.remaining(42)
	assert.InDelta(t, 42, value(t, r.telemetry, "rate_limit_remaining"), 0)
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/internal/record"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// rig is a sink with a pipeline behind it that the test decides about.
type rig struct {
	*sink
	telemetry *componenttest.Telemetry
	host      *statusHost

	// decide answers one ConsumeLogs call; nil accepts.
	decide func(uids []string, logs plog.Logs) error
	// calls are the uids of each call, and times when it came.
	calls [][]string
	times []time.Time
	// accepted are the uids of the vendor's records that were taken, in order.
	accepted []string
	// own are the event names of our own records that were taken.
	own []string
	// ctx is that of the last call.
	ctx context.Context
}

func newRig(t *testing.T, decide func(uids []string, logs plog.Logs) error) *rig {
	r := &rig{telemetry: componenttest.NewTelemetry(), host: &statusHost{Host: componenttest.NewNopHost()}, decide: decide}
	t.Cleanup(func() { require.NoError(t, r.telemetry.Shutdown(context.Background())) })
	id := component.MustNewIDWithName("restaudit", "okta")
	settings := r.telemetry.NewTelemetrySettings()
	tel, err := newTelemetry(id, "", settings)
	require.NoError(t, err)
	t.Cleanup(tel.shutdown)
	create := receivertest.NewNopSettings(metadata.Type)
	create.ID, create.TelemetrySettings = id, settings
	obs, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: id, ReceiverCreateSettings: create,
	})
	require.NoError(t, err)
	next, err := consumer.NewLogs(r.consume, consumer.WithCapabilities(consumer.Capabilities{MutatesData: true}))
	require.NoError(t, err)
	r.sink = newSink(sinkSettings{
		next:      next,
		emitter:   newEmitter(emitSettings{body: bodyRaw}),
		obs:       obs,
		telemetry: tel,
		status:    newStatus(r.host),
		logger:    zap.NewNop(),
		backOff:   newBackOff(time.Second, time.Minute, 2, nil),
	})
	return r
}

// quarantining lets the sink set poison records aside after the time given.
func (r *rig) quarantining(after time.Duration) *rig {
	r.quarantine, r.quarantineAfter = true, after
	return r
}

func (r *rig) consume(ctx context.Context, logs plog.Logs) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	uids := uidsOf(logs)
	r.ctx, r.calls, r.times = ctx, append(r.calls, uids), append(r.times, time.Now())
	event := eventOf(logs)
	if r.decide != nil {
		if err := r.decide(uids, logs); err != nil {
			return err
		}
	}
	if event == eventGap || event == eventProbe {
		r.own = append(r.own, event)
	} else {
		r.accepted = append(r.accepted, uids...)
	}
	return nil
}

// deliver delivers records with the uids given, without end if it must.
func (r *rig) deliver(t *testing.T, uids ...string) (quarantined []string) {
	poison, err := r.Deliver(t.Context(), recordsOf(uids...), time.Now())
	require.NoError(t, err)
	for _, p := range poison {
		quarantined = append(quarantined, p.UID)
	}
	return quarantined
}

func recordsOf(uids ...string) []record.Record {
	records := make([]record.Record, len(uids))
	for i, uid := range uids {
		records[i] = record.Record{UID: uid, Raw: fmt.Sprintf(`{"id":%q}`, uid)}
	}
	return records
}

// numbered returns n uids.
func numbered(n int) []string {
	uids := make([]string, n)
	for i := range uids {
		uids[i] = fmt.Sprintf("e%03d", i)
	}
	return uids
}

func recordsIn(logs plog.Logs) plog.LogRecordSlice {
	return logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
}

func uidsOf(logs plog.Logs) (uids []string) {
	for _, lr := range recordsIn(logs).All() {
		uid, _ := lr.Attributes().Get(attrUID)
		uids = append(uids, uid.Str())
	}
	return uids
}

func eventOf(logs plog.Logs) string { return recordsIn(logs).At(0).EventName() }

// subset returns the part of logs with the uids given, as an exporter would.
func subset(logs plog.Logs, uids ...string) plog.Logs {
	out := plog.NewLogs()
	logs.CopyTo(out)
	recordsIn(out).RemoveIf(func(lr plog.LogRecord) bool {
		uid, _ := lr.Attributes().Get(attrUID)
		return !slices.Contains(uids, uid.Str())
	})
	return out
}

// statusHost collects what is reported to it.
type statusHost struct {
	component.Host
	mu     sync.Mutex
	events []*componentstatus.Event
}

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

// statuses returns what was reported so far.
func (h *statusHost) statuses() (out []componentstatus.Status) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		out = append(out, e.Status())
	}
	return out
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// began is a little after the newest record of all fixtures.
var began = time.Date(2026, 1, 1, 0, 6, 0, 0, time.UTC)

// emitted is one log record with its resource.
type emitted struct {
	plog.LogRecord
	resource map[string]any
	uid      string
}

// pipeline is the end of the pipeline.
type pipeline struct {
	mu      sync.Mutex
	records []emitted
	counts  map[string]int
}

func (p *pipeline) consume(_ context.Context, logs plog.Logs) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				uid, _ := lr.Attributes().Get("log.record.uid")
				p.records = append(p.records, emitted{LogRecord: lr, resource: rl.Resource().Attributes().AsRaw(), uid: uid.Str()})
				p.counts[uid.Str()]++
			}
		}
	}
	return nil
}

// distinct is the number of different records so far.
func (p *pipeline) distinct() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.counts)
}

// host is a Collector with the vendor in the place of its network.
type host struct {
	component.Host
	extensions map[component.ID]component.Component
}

func (h host) GetExtensions() map[component.ID]component.Component { return h.extensions }

// play lets the receiver poll the scripted vendor, for some polls before act and
// for some after it, and returns what came out.
func (s *scene) play(t *testing.T, setup func(v *vendor), act func(v *vendor, p *pipeline)) (*vendor, *pipeline) {
	t.Helper()
	privateKey()
	v := &vendor{t: t, s: s}
	p := &pipeline{counts: map[string]int{}}
	synctest.Test(t, func(t *testing.T) {
		v.cfg = s.config(t)
		time.Sleep(time.Until(began.Add(v.cfg.TimeFilter.Delay)))
		if setup != nil {
			setup(v)
		}
		s.poll(t, v, p, act)
	})
	return v, p
}

// poll runs the receiver for some polls before act and for some after it.
func (s *scene) poll(t *testing.T, v *vendor, p *pipeline, act func(v *vendor, p *pipeline)) {
	next, err := consumer.NewLogs(p.consume)
	require.NoError(t, err)
	factory := restauditreceiver.NewFactory()
	set := receivertest.NewNopSettings(factory.Type())
	set.ID = component.NewIDWithName(factory.Type(), s.Name)
	r, err := factory.CreateLogs(t.Context(), set, v.cfg, next)
	require.NoError(t, err)
	h := host{Host: componenttest.NewNopHost(), extensions: map[component.ID]component.Component{vendorID: v}}
	require.NoError(t, r.Start(t.Context(), h))
	time.Sleep(2*v.cfg.PollInterval + 2*time.Minute)
	if act != nil {
		act(v, p)
		time.Sleep(2*v.cfg.PollInterval + 10*time.Minute)
	}
	require.NoError(t, r.Shutdown(t.Context()))
}

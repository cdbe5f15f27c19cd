// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// fussy is a pipeline that refuses at random before it accepts.
type fussy struct {
	arrivals
	random *rand.Rand
	refuse error
}

func (f *fussy) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	f.mu.Lock()
	no := f.random.IntN(2) == 0
	f.mu.Unlock()
	if no {
		return f.refuse
	}
	return f.arrivals.ConsumeLogs(ctx, logs)
}

// TestTheConsumeContract is the Collector's contract between a receiver and its
// consumer (receivertest.CheckConsumeContract), with one difference that is on
// purpose: what is refused for good is not dropped but held, and tried again; see
// docs/decisions. So here, too, everything arrives once.
func TestTheConsumeContract(t *testing.T) {
	const events = 300
	for name, refuse := range map[string]error{
		"refused for now":                 errors.New("busy"),
		"refused for good, then not":      consumererror.NewPermanent(errors.New("bad token")),
		"refused for both reasons":        errors.Join(errors.New("busy"), consumererror.NewPermanent(errors.New("bad"))),
		"refused in a pipeline that ends": context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := vendorsim.New(vendorsim.Options{Seed: 3, Defaults: vendorsim.VendorOptions{
				Log: vendorsim.LogConfig{Backlog: events, BacklogSpan: 10 * time.Minute},
			}})
			server := httptest.NewServer(sim)
			defer server.Close()
			cfg, err := load(t, strings.NewReplacer("URL", server.URL, "TOKEN", vendorsim.DefaultCredentials(vendorsim.Offset).Token).
				Replace(vendorConfigs[vendorsim.Offset])+"\npoll_interval: 50ms\nretry: {initial_interval: 1ms, max_interval: 2ms}\n")
			require.NoError(t, err)
			sink := &fussy{arrivals: arrivals{uids: map[string]int{}, body: map[string]string{}}, random: rand.New(rand.NewPCG(1, 2)), refuse: refuse}
			r, err := NewFactory().CreateLogs(t.Context(), receivertest.NewNopSettings(metadata.Type), cfg, sink)
			require.NoError(t, err)
			require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
			assert.Eventually(t, func() bool { return sink.count() == events }, 20*time.Second, 10*time.Millisecond)
			require.NoError(t, r.Shutdown(t.Context()))
			for uid, n := range sink.uids {
				assert.Equal(t, 1, n, uid)
			}
		})
	}
}

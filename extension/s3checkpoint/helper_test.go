// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/metadatatest"
	"github.com/restaudit/otelcol-audit/internal/s3sim"
)

const (
	testBucket = "audit"
	mainKey    = "p/receiver_restaudit_okta.json"
	prevKey    = mainKey + previousSuffix
)

var okta = component.MustNewIDWithName("restaudit", "okta")

// simConfig reaches a simulated S3 without sockets.
func simConfig(change ...func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Bucket, cfg.Prefix, cfg.Endpoint, cfg.PathStyle = testBucket, "p", "http://localhost", true
	for _, f := range change {
		f(cfg)
	}
	return cfg
}

func withLease(ttl time.Duration) func(*Config) {
	return func(c *Config) { c.Lease = configoptional.Some(LeaseConfig{TTL: ttl}) }
}

func simAWS(hc *http.Client) aws.Config {
	return aws.Config{HTTPClient: hc, Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}
}

// statusHost records the statuses that are reported.
type statusHost struct {
	component.Host
	mu     sync.Mutex
	events []*componentstatus.Event
}

func (*statusHost) GetExtensions() map[component.ID]component.Component { return nil }

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *statusHost) last() componentstatus.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.events) == 0 {
		return componentstatus.StatusNone
	}
	return h.events[len(h.events)-1].Status()
}

// replica is one process: an extension of its own on a shared S3.
type replica struct {
	*s3Extension
	host *statusHost
	tel  *componenttest.Telemetry
	logs *observer.ObservedLogs
}

// sum gives the value of a counter, over all its labels that contain want.
func (r *replica) sum(t testing.TB, metric string, want ...attribute.KeyValue) (total int64) {
	t.Helper()
	got, err := r.tel.GetMetric(metric)
	if err != nil {
		return 0 // never counted
	}
	for _, p := range got.Data.(metricdata.Sum[int64]).DataPoints {
		matches := true
		for _, kv := range want {
			v, ok := p.Attributes.Value(kv.Key)
			matches = matches && ok && v == kv.Value
		}
		if matches {
			total += p.Value
		}
	}
	return total
}

// gauge gives the value of a gauge that has one point.
func (r *replica) gauge(t testing.TB, metric string) float64 {
	t.Helper()
	got, err := r.tel.GetMetric(metric)
	require.NoError(t, err)
	switch data := got.Data.(type) {
	case metricdata.Gauge[float64]:
		require.Len(t, data.DataPoints, 1)
		return data.DataPoints[0].Value
	case metricdata.Gauge[int64]:
		require.Len(t, data.DataPoints, 1)
		return float64(data.DataPoints[0].Value)
	}
	require.Fail(t, "not a gauge")
	return 0
}

func newReplica(t testing.TB, sim *s3sim.Server, change ...func(*Config)) *replica {
	t.Helper()
	return newReplicaVia(t, sim.Client(), change...)
}

func newReplicaVia(t testing.TB, hc *http.Client, change ...func(*Config)) *replica {
	t.Helper()
	base := simAWS(hc)
	cfg := simConfig(change...)
	tel := componenttest.NewTelemetry()
	settings := metadatatest.NewSettings(tel)
	core, logs := observer.New(zap.InfoLevel)
	settings.Logger = zap.New(core)
	ext, err := newExtension(cfg, settings, &base)
	require.NoError(t, err)
	r := &replica{s3Extension: ext, host: &statusHost{}, tel: tel, logs: logs}
	require.NoError(t, ext.Start(t.Context(), r.host))
	t.Cleanup(func() { _ = ext.Shutdown(context.Background()) }) // some tests leave S3 broken
	return r
}

func (r *replica) client(t testing.TB) *client {
	t.Helper()
	return r.clientOf(t, component.KindReceiver, okta, "")
}

func (r *replica) clientOf(t testing.TB, kind component.Kind, id component.ID, name string) *client {
	t.Helper()
	got, err := r.GetClient(t.Context(), kind, id, name)
	require.NoError(t, err)
	return got.(*client)
}

func set(t testing.TB, c storage.Client, key, value string) {
	t.Helper()
	require.NoError(t, c.Set(t.Context(), key, []byte(value)))
}

func get(t testing.TB, c storage.Client, key string) string {
	t.Helper()
	value, err := c.Get(t.Context(), key)
	require.NoError(t, err)
	return string(value)
}

// stored decodes what lies under a key.
func stored(t testing.TB, sim *s3sim.Server, key string) *document.Document {
	t.Helper()
	text, ok := sim.Object(testBucket, key)
	require.True(t, ok, key)
	doc, err := document.Decode(text)
	require.NoError(t, err, key)
	return doc
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// tokensQuota is a vendor that grants a token so many requests a minute, and
// counts them by the log that is read.
type tokensQuota struct {
	component.StartFunc
	component.ShutdownFunc
	limit int

	mu       sync.Mutex
	minute   time.Time
	used     int
	most     int
	requests map[string]int
}

// GetHTTPRoundTripper makes the vendor a middleware of HTTP clients.
func (q *tokensQuota) GetHTTPRoundTripper(context.Context) (func(context.Context, http.RoundTripper) (http.RoundTripper, error), error) {
	return func(context.Context, http.RoundTripper) (http.RoundTripper, error) { return q, nil }, nil
}

// RoundTrip answers with an empty page, or with 429.
func (q *tokensQuota) RoundTrip(r *http.Request) (*http.Response, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now().UTC()
	if minute := now.Truncate(time.Minute); !minute.Equal(q.minute) {
		q.minute, q.used = minute, 0
	}
	q.used++
	q.most = max(q.most, q.used)
	q.requests[r.URL.Path]++
	status := http.StatusOK
	if q.used > q.limit {
		status = http.StatusTooManyRequests
	}
	return &http.Response{
		StatusCode: status, ContentLength: 2, Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader("[]")),
		Header: http.Header{
			"Date":                   {now.Format(http.TimeFormat)},
			"X-Rate-Limit-Limit":     {strconv.Itoa(q.limit)},
			"X-Rate-Limit-Remaining": {strconv.Itoa(max(q.limit-q.used, 0))},
			"X-Rate-Limit-Reset":     {strconv.FormatInt(q.minute.Add(time.Minute).Unix(), 10)},
		},
	}, nil
}

// TestSourcesOfOneCredentialShareItsQuota: two receivers that read two logs with
// one token leave half of its quota to others, if they say so.
func TestSourcesOfOneCredentialShareItsQuota(t *testing.T) {
	for name, c := range map[string]struct {
		rateLimit   string
		least, most int
	}{
		"one budget with a reserve": {"{budget: acme, reserve: 50%}", 25, 30},
		"one budget":                {"{budget: acme}", 50, 60},
		"a budget's rate":           {"{budget: acme, requests_per_second: 0.2}", 11, 13},
		"each for itself":           {"{requests_per_second: 1}", 60, 130},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &tokensQuota{limit: 60, requests: map[string]int{}}
				factory := restauditreceiver.NewFactory()
				h := host{Host: componenttest.NewNopHost(), extensions: map[component.ID]component.Component{vendorID: q}}
				for _, log := range []string{"users", "admins"} {
					raw, err := confmap.NewRetrievedFromYAML([]byte(`
endpoint: https://acme.example/` + log + `
poll_interval: 1s
time_filter: {start_param: since}
middlewares: [{id: ` + vendorID.String() + `}]
rate_limit: ` + c.rateLimit))
					require.NoError(t, err)
					conf, err := raw.AsConf()
					require.NoError(t, err)
					cfg := factory.CreateDefaultConfig()
					require.NoError(t, conf.Unmarshal(cfg))
					require.NoError(t, confmap.Validate(cfg))
					set := receivertest.NewNopSettings(factory.Type())
					set.ID = component.NewIDWithName(factory.Type(), log)
					r, err := factory.CreateLogs(t.Context(), set, cfg, consumertest.NewNop())
					require.NoError(t, err)
					require.NoError(t, r.Start(t.Context(), h))
					defer func() { require.NoError(t, r.Shutdown(t.Context())) }()
				}
				time.Sleep(10 * time.Minute)
				q.mu.Lock()
				defer q.mu.Unlock()
				assert.GreaterOrEqual(t, q.most, c.least, "and they use what they may")
				assert.LessOrEqual(t, q.most, c.most)
				assert.Greater(t, q.requests["/users"], q.requests["/admins"]/3)
				assert.Greater(t, q.requests["/admins"], q.requests["/users"]/3)
			})
		})
	}
}

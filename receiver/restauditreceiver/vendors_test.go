// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap/zaptest"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// vendorConfigs are sources for the simulated vendors, one for each way of
// paging and of asking by time. URL and secrets are filled in by the test.
var vendorConfigs = map[string]string{
	vendorsim.Okta: `
endpoint: URL/okta/api/v1/logs
credentials: {header: "SSWS TOKEN"}
request: {query: {sortOrder: ASCENDING}}
time_filter: {start_param: since, format: rfc3339_ms}
pagination: {type: link, persistent: true, limit_param: limit, page_size: 7}
response: {records: "@this", id: uuid, timestamp: published, event_name: eventType}
`,
	vendorsim.GitHub: `
endpoint: URL/github/orgs/{params.org}/audit-log
params: {org: acme}
credentials: {bearer: TOKEN}
request: {query: {phrase: "created:>={start}", order: asc}}
pagination: {type: link, limit_param: per_page, page_size: 7}
response: {id: _document_id, timestamp: '\@timestamp', event_name: action, order: ascending}
`,
	vendorsim.Salesforce: `
endpoint: URL/salesforce/services/data/v67.0/query
credentials: {bearer: TOKEN}
request:
  query: {q: "SELECT Id, Action, Section, CreatedDate, CreatedById, CreatedBy.Username, CreatedBy.Name, CreatedBy.Email, DelegateUser, Display, ResponsibleNamespacePrefix, CreatedByContext, CreatedByIssuer FROM SetupAuditTrail WHERE CreatedDate >= {start} ORDER BY CreatedDate ASC"}
  headers: {Sforce-Query-Options: "batchSize=200"}
pagination: {type: next_url, next_url_path: nextRecordsUrl, done_path: done}
response: {records: records, id: Id, timestamp: CreatedDate, event_name: Action, order: ascending}
`,
	vendorsim.Slack: `
endpoint: URL/slack/audit/v1/logs
credentials: {bearer: TOKEN}
time_filter: {start_param: oldest, end_param: latest, format: unix, bounds: inclusive}
pagination: {type: cursor, cursor_param: cursor, cursor_path: response_metadata.next_cursor, limit_param: limit, page_size: 7}
response: {records: entries, id: id, timestamp: date_create, event_name: action, order: descending, error_when: {path: ok, equals: false}}
`,
	vendorsim.OnePassword: `
endpoint: URL/onepassword/api/v2/auditevents
credentials: {bearer: TOKEN}
request:
  method: POST
  body: '{"limit": 7, "start_time": "{start}"}'
  next: {body: '{"cursor": "{cursor}"}'}
pagination: {type: cursor, persistent: true, cursor_path: cursor, has_more_path: has_more}
response: {records: items, id: uuid, timestamp: timestamp, event_name: action}
`,
	vendorsim.Offset: `
endpoint: URL/offset/v1/audit/events
credentials: {api_key: {value: TOKEN}}
time_filter: {start_param: from_time, end_param: until}
pagination: {type: offset, offset_param: skip, limit_param: limit, page_size: 7}
response: {records: data.events, id: event_id, timestamp: event_time, message: description, event_name: action}
`,
	vendorsim.Page: `
endpoint: URL/page/v1/audit
credentials: {basic: {username: USER, password: PASSWORD}}
time_filter: {start_param: start, end_param: end, format: unix_ms, bounds: inclusive}
pagination: {type: page, page_param: page, limit_param: per_page, page_size: 7, total_pages_path: total_pages}
response: {records: items, id: id, timestamp: created_at, message: summary, event_name: type, order: descending}
`,
	vendorsim.ASA: `
endpoint: URL/asa/v1/teams/{params.team}/auditsV2
params: {team: acme}
credentials: {bearer: TOKEN}
pagination: {type: link, persistent: true, limit_param: count, page_size: 7}
response: {records: list, id: id, timestamp: timestamp, event_name: details.type,
           related: {path: related_objects, fields: [details.actor, details.client]}}
`,
	vendorsim.M365: `
endpoint: URL/m365/api/v1.0/{params.tenant}/activity/feed/subscriptions/content
params: {tenant: t1}
credentials: {bearer: TOKEN}
request: {query: {contentType: Audit.General}}
time_filter: {start_param: startTime, end_param: endTime, format: "2006-01-02T15:04:05", bounds: inclusive, window: 23h}
pagination: {type: next_url, next_url_header: NextPageUri}
expand: {items: "@this", url_path: contentUri}
response: {id: Id, timestamp: CreationTime, event_name: Operation}
`,
	vendorsim.WorkOS: `
endpoint: URL/workos/events
credentials: {bearer: TOKEN}
request: {query: {order: asc}}
time_filter: {start_param: range_start, format: rfc3339_ms}
pagination: {type: cursor, persistent: true, cursor_param: after, cursor_path: list_metadata.after, limit_param: limit, page_size: 7}
response: {records: data, id: id, timestamp: created_at, event_name: event}
`,
	vendorsim.SentinelOne: `
endpoint: URL/sentinelone/web/api/v2.1/activities
credentials: {header: "ApiToken TOKEN"}
request: {query: {sortBy: createdAt, sortOrder: asc}}
time_filter: {start_param: createdAt__gte, format: rfc3339_us, bounds: inclusive}
pagination: {type: cursor, cursor_param: cursor, cursor_path: pagination.nextCursor, limit_param: limit, page_size: 7}
response: {records: data, id: id, timestamp: createdAt, message: primaryDescription, order: ascending}
`,
	vendorsim.NDJSON: `
endpoint: URL/ndjson/v1/events
credentials: {header: "Token TOKEN"}
time_filter: {start_param: since}
pagination: {type: cursor, cursor_param: cursor, cursor_header: X-Next-Cursor, persistent: true, limit_param: limit, page_size: 7}
response: {format: ndjson, id: id, timestamp: ts, event_name: verb}
`,
}

// arrivals is the end of a pipeline that remembers what came.
type arrivals struct {
	mu   sync.Mutex
	uids map[string]int
	body map[string]string
}

func (a *arrivals) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (a *arrivals) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				uid, _ := lr.Attributes().Get("log.record.uid")
				a.uids[uid.Str()]++
				a.body[uid.Str()] = lr.Body().Str()
			}
		}
	}
	return nil
}

func (a *arrivals) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.uids)
}

func TestEverySimulatedVendorIsReadOnceAndWhole(t *testing.T) {
	for vendor := range vendorConfigs {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			readOnceAndWhole(t, vendor, "")
		})
	}
}

// TestPagesThatAreTooLargeAreReadAsSmallerOnes: a page has up to 7 records, and
// more than 3 are too many: fewer are asked for, or a part of the window.
func TestPagesThatAreTooLargeAreReadAsSmallerOnes(t *testing.T) {
	for _, vendor := range []string{
		vendorsim.Okta, vendorsim.GitHub, vendorsim.Slack, vendorsim.Offset, vendorsim.Page, vendorsim.ASA,
		vendorsim.WorkOS, vendorsim.SentinelOne, vendorsim.NDJSON,
	} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			readOnceAndWhole(t, vendor, "limits: {max_records: 3}\nretry: {initial_interval: 1ms, max_interval: 2ms}\n")
		})
	}
}

// readOnceAndWhole reads a vendor with its source of vendorConfigs and more keys.
func readOnceAndWhole(t *testing.T, vendor, keys string) {
	const events = 40
	sim := vendorsim.New(vendorsim.Options{Seed: 7, Defaults: vendorsim.VendorOptions{
		Log: vendorsim.LogConfig{Backlog: events, BacklogSpan: 30 * time.Minute, Ties: 3},
	}})
	server := httptest.NewServer(sim)
	defer server.Close()
	secrets := vendorsim.DefaultCredentials(vendor)
	text := strings.NewReplacer("URL", server.URL, "TOKEN", secrets.Token, "USER", secrets.KeyID, "PASSWORD", secrets.KeySecret).Replace(vendorConfigs[vendor])
	cfg, err := load(t, text+"\npoll_interval: 100ms\n"+keys)
	require.NoError(t, err)
	got := &arrivals{uids: map[string]int{}, body: map[string]string{}}
	set := receivertest.NewNopSettings(metadata.Type)
	set.Logger = zaptest.NewLogger(t)
	r, err := NewFactory().CreateLogs(t.Context(), set, cfg, got)
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	assert.Eventually(t, func() bool { return got.count() >= events && sim.Requests(vendor) > 12 }, 20*time.Second, 10*time.Millisecond)
	require.NoError(t, r.Shutdown(t.Context()))
	for _, uid := range sim.Visible(vendor, time.Now()) {
		assert.Equal(t, 1, got.uids[uid], "%s", uid)
		body, _ := sim.Body(vendor, uid)
		assert.Equal(t, string(body), got.body[uid])
	}
	assert.Len(t, got.uids, events)
	assert.Zero(t, sim.Stats(vendor).Rejected, fmt.Sprint(sim.Stats(vendor).Statuses))
}

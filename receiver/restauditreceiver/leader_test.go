// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// ballot is an elector that the test decides for. It calls as the extension
// does: under its lock, and at once if this replica is the leader already.
type ballot struct {
	component.StartFunc
	component.ShutdownFunc

	mu       sync.Mutex
	leading  bool
	lead     []func(context.Context)
	stepDown []func()
}

func (b *ballot) SetCallBackFuncs(lead func(context.Context), stepDown func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lead, b.stepDown = append(b.lead, lead), append(b.stepDown, stepDown)
	if b.leading {
		lead(context.Background())
	}
}

func (b *ballot) elect(leading bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leading = leading
	for i := range b.lead {
		if leading {
			b.lead[i](context.Background())
		} else {
			b.stepDown[i]()
		}
	}
}

// electedHost has a storage and an elector.
type electedHost struct {
	statusHost
	extensions map[component.ID]component.Component
}

func (h *electedHost) GetExtensions() map[component.ID]component.Component { return h.extensions }

func newElectedHost(extensions map[string]component.Component) *electedHost {
	h := &electedHost{statusHost: statusHost{Host: componenttest.NewNopHost()}, extensions: map[component.ID]component.Component{}}
	for name, ext := range extensions {
		h.extensions[component.MustNewID(name)] = ext
	}
	return h
}

const electedSource = `
endpoint: https://api.example.com/offset/v1/audit/events
credentials: {api_key: {value: sim-offset-token}}
poll_interval: 20ms
start_at: 1h
storage: shelf
k8s_leader_elector: ballot
time_filter: {start_param: from_time, end_param: until}
pagination: {type: offset, offset_param: skip, limit_param: limit, page_size: 7}
response: {records: data.events, id: event_id, timestamp: event_time}
`

func electedReceiver(t *testing.T, url string, out *arrivals) receiver.Logs {
	t.Helper()
	cfg, err := load(t, electedSource)
	require.NoError(t, err)
	cfg.ClientConfig.Endpoint = url + "/offset/v1/audit/events"
	r, err := NewFactory().CreateLogs(t.Context(), receivertest.NewNopSettings(metadata.Type), cfg, out)
	require.NoError(t, err)
	return r
}

// TestTheLeaderPollsAndTheNextOneGoesOn hands the source to and fro between two
// replicas that share a storage. It can be open once only, so that no replica
// polls before the other has stopped.
func TestTheLeaderPollsAndTheNextOneGoesOn(t *testing.T) {
	sim := vendorsim.New(vendorsim.Options{Defaults: vendorsim.VendorOptions{
		Log: vendorsim.LogConfig{Backlog: 30, BacklogSpan: 30 * time.Minute, Rate: 100},
	}})
	server := httptest.NewServer(sim)
	defer server.Close()
	out := &arrivals{uids: map[string]int{}, body: map[string]string{}}
	store := newShelf()
	var replicas [2]receiver.Logs
	var hosts [2]*electedHost
	var ballots [2]*ballot
	for i := range replicas {
		ballots[i] = &ballot{}
		hosts[i] = newElectedHost(map[string]component.Component{"shelf": store, "ballot": ballots[i]})
		replicas[i] = electedReceiver(t, server.URL, out)
		require.NoError(t, replicas[i].Start(t.Context(), hosts[i]))
	}
	assert.Never(t, func() bool { return sim.Requests(vendorsim.Offset) > 0 }, 100*time.Millisecond, 10*time.Millisecond, "nobody is elected")
	assert.Equal(t, []string{roleStandby}, hosts[1].roles())
	for term := range 6 {
		leader, other := term%2, 1-term%2
		ballots[leader].elect(true)
		before := out.count()
		require.Eventually(t, func() bool { return out.count() > before+20 }, 20*time.Second, 5*time.Millisecond, "term %d", term)
		ballots[leader].elect(false)
		roles := hosts[leader].roles
		require.Eventually(t, func() bool { return roles()[len(roles())-1] == roleStandby }, 20*time.Second, 5*time.Millisecond)
		assert.Equal(t, roleStandby, hosts[other].roles()[len(hosts[other].roles())-1])
	}
	ballots[1].elect(true)
	shown := time.Now().Add(-time.Second)
	missing := func() (uids []string) {
		out.mu.Lock()
		defer out.mu.Unlock()
		for _, uid := range sim.Visible(vendorsim.Offset, shown) {
			if out.uids[uid] == 0 {
				uids = append(uids, uid)
			}
		}
		return uids
	}
	assert.Eventually(t, func() bool { return len(missing()) == 0 }, 20*time.Second, 10*time.Millisecond)
	for i := range replicas {
		require.NoError(t, replicas[i].Shutdown(t.Context()))
		ballots[i].elect(true) // as the extension, which is shut down later, may
		assert.NotContains(t, hosts[i].statuses(), componentstatus.StatusRecoverableError)
	}
	asked := sim.Requests(vendorsim.Offset) + 1 // one that was given up may still arrive
	assert.Never(t, func() bool { return sim.Requests(vendorsim.Offset) > asked }, 100*time.Millisecond, 10*time.Millisecond)
	for uid, times := range out.uids {
		assert.Equal(t, 1, times, "%s: a replica that stops in order leaves nothing to repeat", uid)
	}
}

func (h *electedHost) roles() (roles []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, event := range h.events {
		if role, ok := event.Attributes().Get(attributeRole); ok {
			roles = append(roles, role.Str())
		}
	}
	return roles
}

func TestAReplicaThatIsTheLeaderAlreadyPollsAtOnce(t *testing.T) {
	sim := vendorsim.New(vendorsim.Options{})
	server := httptest.NewServer(sim)
	defer server.Close()
	r := electedReceiver(t, server.URL, &arrivals{})
	host := newElectedHost(map[string]component.Component{"shelf": newShelf(), "ballot": &ballot{leading: true}})
	require.NoError(t, r.Start(t.Context(), host))
	assert.Eventually(t, func() bool { return sim.Requests(vendorsim.Offset) > 0 }, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, r.Shutdown(t.Context()))
}

func TestElectionsThatCanNotWorkAreErrorsAtTheStart(t *testing.T) {
	for want, extensions := range map[string]map[string]component.Component{
		`there is no extension "ballot"`:         {"shelf": newShelf()},
		`extension "ballot" elects nobody`:       {"shelf": newShelf(), "ballot": newShelf()},
		`there is no extension "shelf"`:          {"ballot": &ballot{}},
		`extension "shelf" does not store anyth`: {"shelf": &ballot{}, "ballot": &ballot{}},
	} {
		r := electedReceiver(t, "http://127.0.0.1:1", &arrivals{})
		assert.ErrorContains(t, r.Start(t.Context(), newElectedHost(extensions)), want)
		require.NoError(t, r.Shutdown(t.Context()))
	}
}

func TestAnElectionNeedsAStorage(t *testing.T) {
	_, err := load(t, "endpoint: https://api.example.com\ncredentials: {bearer: t}\nk8s_leader_elector: k8s_leader_elector\n")
	assert.ErrorContains(t, err, "`k8s_leader_elector` needs `storage`")
}

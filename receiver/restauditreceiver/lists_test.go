// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/restaudit/otelcol-audit/internal/vendorsim"
	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver/internal/metadata"
)

// shelf is a storage extension in memory, with a client for each name. A name
// that is open is not opened twice.
type shelf struct {
	component.StartFunc
	component.ShutdownFunc

	mu   sync.Mutex
	data map[string]map[string][]byte
	open map[string]bool
}

func newShelf() *shelf { return &shelf{data: map[string]map[string][]byte{}, open: map[string]bool{}} }

func (s *shelf) GetClient(_ context.Context, _ component.Kind, _ component.ID, name string) (storage.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[name] {
		return nil, fmt.Errorf("%q is open", name)
	}
	if s.data[name] == nil {
		s.data[name] = map[string][]byte{}
	}
	s.open[name] = true
	return &shelfClient{shelf: s, name: name}, nil
}

type shelfClient struct {
	storage.Client
	shelf *shelf
	name  string
}

func (c *shelfClient) Batch(_ context.Context, ops ...*storage.Operation) error {
	c.shelf.mu.Lock()
	defer c.shelf.mu.Unlock()
	if !c.shelf.open[c.name] {
		return errors.New("closed")
	}
	for _, op := range ops {
		switch data := c.shelf.data[c.name]; op.Type {
		case storage.Get:
			op.Value = data[op.Key]
		case storage.Set:
			data[op.Key] = op.Value
		case storage.Delete:
			delete(data, op.Key)
		}
	}
	return nil
}

func (c *shelfClient) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

func (c *shelfClient) Close(context.Context) error {
	c.shelf.mu.Lock()
	defer c.shelf.mu.Unlock()
	c.shelf.open[c.name] = false
	return nil
}

// shelfHost has the shelf as its only extension.
type shelfHost struct {
	component.Host
	shelf *shelf
}

func (h shelfHost) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{component.MustNewID("shelf"): h.shelf}
}

// sorted is the end of a pipeline that counts what came by uid, and knows the
// uids of each source.
type sorted struct {
	arrivals
	sources map[string]map[string]bool
}

func (s *sorted) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	s.mu.Lock()
	for _, rl := range logs.ResourceLogs().All() {
		source, _ := rl.Resource().Attributes().Get(attributeSource)
		if s.sources[source.Str()] == nil {
			s.sources[source.Str()] = map[string]bool{}
		}
		for _, uid := range uidsOf(logs) {
			s.sources[source.Str()][uid] = true
		}
	}
	s.mu.Unlock()
	return s.arrivals.ConsumeLogs(ctx, logs)
}

func (s *sorted) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.sources))
}

// enterprises serves one simulated GitHub for each enterprise, and counts the
// requests. The simulator's ids are the same in each; the name goes before them.
func enterprises(t *testing.T, events int, names ...string) (url string, requests *atomic.Int64) {
	requests = new(atomic.Int64)
	sims := map[string]http.Handler{}
	for _, name := range names {
		sims[name] = vendorsim.New(vendorsim.Options{Seed: 1, Defaults: vendorsim.VendorOptions{
			Log: vendorsim.LogConfig{Backlog: events, BacklogSpan: 30 * time.Minute},
		}})
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/github/enterprises/"), "/")
		answer := httptest.NewRecorder()
		sims[name].ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(answer.Code)
		_, _ = w.Write(bytes.ReplaceAll(answer.Body.Bytes(), []byte(`"_document_id":"`), []byte(`"_document_id":"`+name+"-")))
		requests.Add(1)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func startListed(t *testing.T, text string, host component.Host, next consumer.Logs) (stop func()) {
	t.Helper()
	cfg, err := load(t, text)
	require.NoError(t, err)
	set := receivertest.NewNopSettings(metadata.Type)
	set.ID = component.MustNewIDWithName("restaudit", "github")
	r, err := NewFactory().CreateLogs(t.Context(), set, cfg, next)
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context(), host))
	return func() { require.NoError(t, r.Shutdown(t.Context())) }
}

// TestEachValueOfAListKeepsItsPosition: over restarts in which a single value
// becomes a list and the list grows, is reordered, shrinks and grows again, each
// event of each organization comes once.
func TestEachValueOfAListKeepsItsPosition(t *testing.T) {
	const events = 25
	url, requests := enterprises(t, events, "acme", "globex", "initech")
	secret := vendorsim.DefaultCredentials(vendorsim.GitHub).Token
	host := shelfHost{Host: componenttest.NewNopHost(), shelf: newShelf()}
	got := &sorted{arrivals: arrivals{uids: map[string]int{}, body: map[string]string{}}, sources: map[string]map[string]bool{}}
	run := func(orgs string, want int) {
		t.Helper()
		stop := startListed(t, strings.NewReplacer("URL", url, "TOKEN", secret, "{org: acme}", "{org: "+orgs+"}", "/orgs/", "/enterprises/").
			Replace(vendorConfigs[vendorsim.GitHub])+"poll_interval: 50ms\nstorage: shelf\n", host, got)
		assert.Eventually(t, func() bool { return got.count() == want }, 20*time.Second, 5*time.Millisecond, orgs)
		more := requests.Load() + 10 // polls that could repeat something
		assert.Eventually(t, func() bool { return requests.Load() >= more }, 20*time.Second, 5*time.Millisecond, orgs)
		stop()
	}
	run("acme", events)
	assert.Equal(t, []string{"restaudit/github"}, got.names())
	run("[acme, globex]", 2*events)
	run("[initech, globex, acme]", 3*events)
	run("[globex]", 3*events)
	run("[acme, globex]", 3*events)
	for uid, times := range got.uids {
		assert.Equal(t, 1, times, uid)
	}
	assert.Equal(t, []string{"restaudit/github", "restaudit/github[org=globex]", "restaudit/github[org=initech]"}, got.names())
	assert.Len(t, got.sources["restaudit/github[org=globex]"], events)
	assert.ElementsMatch(t, []string{"", "org=acme", "org=globex", "org=initech"}, slices.Collect(maps.Keys(host.shelf.data)))
}

// TestPartsShareASessionAtTheVendor: one credential is one login, unless the
// login differs by the value.
func TestPartsShareASessionAtTheVendor(t *testing.T) {
	for path, want := range map[string]int64{"/login": 1, "/login/{params.org}": 3} {
		var logins, pages atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/login") {
				logins.Add(1)
				_, _ = w.Write([]byte(`{"token": "t"}`))
				return
			}
			pages.Add(1)
			_, _ = w.Write([]byte(`[]`))
		}))
		stop := startListed(t, strings.NewReplacer("URL", server.URL, "/PATH", path).Replace(`
endpoint: URL/{params.org}
params: {org: [a, b, c]}
credentials: {login: {url: "URL/PATH", secrets: {p: secret}, token_path: token}}
poll_interval: 20ms
`), componenttest.NewNopHost(), &arrivals{})
		assert.Eventually(t, func() bool { return pages.Load() > 9 }, 20*time.Second, 5*time.Millisecond)
		stop()
		server.Close()
		assert.Equal(t, want, logins.Load(), path)
	}
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const gossipRecords = 1000

// gossip is a vendor that never says the same thing twice, wherever a vendor can
// say something: in records, headers, statuses, errors and links.
type gossip struct {
	url string

	mu     sync.Mutex
	random *rand.Rand
	turn   int
	pages  int
}

func startGossip(t *testing.T) *gossip {
	t.Helper()
	g := &gossip{random: rand.New(rand.NewPCG(1, 2))}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// told is how many pages of records, and how many turns of everything, were sent.
func (g *gossip) told() (pages, turns int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pages, g.turn / len(gossipTurns)
}

// gossipTurns are what the answers are, one after the other: what makes a
// difference to the receiver. All else is new in each answer.
var gossipTurns = []func(g *gossip, w http.ResponseWriter){
	(*gossip).page, (*gossip).page, (*gossip).page, (*gossip).page, (*gossip).page, (*gossip).page,
	gossipError(http.StatusBadRequest), gossipError(http.StatusUnauthorized), gossipError(http.StatusForbidden),
	gossipError(http.StatusNotFound), gossipError(http.StatusGone), gossipError(http.StatusTooManyRequests),
	gossipError(http.StatusInternalServerError), gossipError(http.StatusServiceUnavailable),
	gossipError(http.StatusOK), // which is no JSON
	(*gossip).anyStatus, (*gossip).redirect, (*gossip).hangUp,
}

// ServeHTTP implements http.Handler.
func (g *gossip) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, name := range []string{"Server", "ETag", "X-Request-Id", "Content-Type", "X-RateLimit-Limit", "X-RateLimit-Resource"} {
		w.Header().Set(name, g.word())
	}
	w.Header().Set("X-"+g.word(), g.word())
	w.Header().Set("X-RateLimit-Remaining", fmt.Sprint(1000+g.random.IntN(1_000_000)))
	if strings.HasPrefix(r.URL.Path, "/moved/") {
		g.page(w)
		return
	}
	g.turn++
	gossipTurns[(g.turn-1)%len(gossipTurns)](g, w)
}

// page has a thousand records without one word in common.
func (g *gossip) page(w http.ResponseWriter) {
	g.pages++
	records := make([]map[string]any, gossipRecords)
	for i := range records {
		records[i] = map[string]any{
			"id": g.word(), "time": time.Now().UTC().Format(time.RFC3339Nano), "type": g.word(), "severity": g.word(),
			"text": g.word() + "\r\n" + g.word() + "\x00\"}", g.word(): map[string]any{g.word(): g.word()},
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"events": records, "next": g.url + "/logs?after=" + g.word()})
}

// gossipError answers with a status and words.
func gossipError(status int) func(*gossip, http.ResponseWriter) {
	return func(g *gossip, w http.ResponseWriter) {
		w.Header().Set("WWW-Authenticate", g.word()+` realm="`+g.word()+`"`)
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"code":%q,"message":%q},%q:1`, g.word(), g.word(), g.word())
	}
}

// anyStatus is any that HTTP libraries take.
func (g *gossip) anyStatus(w http.ResponseWriter) { gossipError(400+g.random.IntN(600))(g, w) }

func (g *gossip) redirect(w http.ResponseWriter) {
	w.Header().Set("Location", g.url+"/moved/"+g.word())
	w.WriteHeader(http.StatusFound)
}

func (g *gossip) hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 %s\r\nContent-Length: 100000\r\n\r\n%s", g.word(), g.word())
	_ = conn.Close()
}

// word is new each time.
func (g *gossip) word() string { return fmt.Sprintf("w%016x", g.random.Uint64()) }

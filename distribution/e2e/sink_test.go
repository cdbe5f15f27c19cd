// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// moodySink takes OTLP/HTTP in JSON, slowly, and refuses now and then. What it
// answers with 200 it has.
type moodySink struct {
	t   *testing.T
	url string

	mu      sync.Mutex
	dice    *rand.Rand
	times   map[string]int // by source and uid
	repeats map[string]int // by source, since the last look
	refused int
}

func startMoodySink(t *testing.T, dice *rand.Rand) *moodySink {
	t.Helper()
	s := &moodySink{t: t, dice: dice, times: map[string]int{}, repeats: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *moodySink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // killed while sending
	}
	records, err := rig.ParseOTLP(body)
	if !assert.NoError(s.t, err) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	status, wait := s.mood()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	<-timer.C
	w.Header().Set("Content-Type", "application/json")
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	s.take(records)
	_, _ = io.WriteString(w, "{}")
}

// mood rolls an answer and how long it takes.
func (s *moodySink) mood() (status int, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait = time.Duration(s.dice.IntN(8)) * time.Millisecond
	switch roll := s.dice.IntN(100); {
	case roll < 8:
		status = http.StatusServiceUnavailable
	case roll < 12:
		status = http.StatusTooManyRequests
	default:
		return http.StatusOK, wait
	}
	s.refused++
	return status, wait
}

func (s *moodySink) take(records []rig.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range records {
		assert.False(s.t, r.IsGap(), "a false gap: %v", r.Attributes)
		key := r.Source + " " + r.UID
		if s.times[key]++; s.times[key] > 1 {
			s.repeats[r.Source]++
		}
	}
}

// has tells whether an event has arrived.
func (s *moodySink) has(source, uid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times[source+" "+uid] > 0
}

// count is the number of different events so far, and of refusals.
func (s *moodySink) count() (events, refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times), s.refused
}

// newRepeats returns the repeats since the last call.
func (s *moodySink) newRepeats() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	repeats := s.repeats
	s.repeats = map[string]int{}
	return repeats
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presetsim

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/receiver/restauditreceiver"
)

// goldenFile is what a preset asks for and what it makes of the answers.
type goldenFile struct {
	Requests []goldenRequest `yaml:"requests"`
	Resource map[string]any  `yaml:"resource"`
	Records  []goldenRecord  `yaml:"records"`
}

type goldenRequest struct {
	Request string            `yaml:"request"`
	Query   map[string]string `yaml:"query,omitempty"`
	Headers map[string]string `yaml:"headers,omitempty"`
	Body    string            `yaml:"body,omitempty"`
}

type goldenRecord struct {
	Time       string         `yaml:"time"`
	EventName  string         `yaml:"event_name,omitempty"`
	Severity   string         `yaml:"severity,omitempty"`
	UID        string         `yaml:"uid"`
	Body       string         `yaml:"body"`
	Attributes map[string]any `yaml:"attributes"`
}

// golden compares a walk with golden.yaml.
func (s *scene) golden(t *testing.T) {
	v, p := s.play(t, nil, func(*vendor, *pipeline) {})
	for uid, n := range p.counts {
		assert.Equal(t, 1, n, "%s was delivered %d times", uid, n)
	}
	if n := s.count(v); n > 0 {
		assert.Equal(t, n, len(p.records), "not every record of the fixtures was delivered") //nolint:testifylint // Len would print all records
	}
	got := goldenFile{}
	// One request more than the walk has shows how the next poll goes on.
	for _, r := range inOrder(v.walk())[:min(len(s.pages)+len(s.items)+1, len(v.walk()))] {
		got.Requests = append(got.Requests, describe(r, v.cfg))
	}
	for _, r := range p.records {
		got.Resource = r.resource
		got.Records = append(got.Records, s.describe(t, r))
	}
	s.allMapped(t, v.cfg, got.Records)
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	require.NoError(t, encoder.Encode(got))
	path := filepath.Join(s.dir, "golden.yaml")
	if *update {
		require.NoError(t, os.WriteFile(path, text.Bytes(), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update")
	assert.Equal(t, string(want), text.String())
}

// allMapped checks that the fixtures show each mapped attribute at least once: a
// path that no fixture has may have a slip.
func (s *scene) allMapped(t *testing.T, cfg *restauditreceiver.Config, records []goldenRecord) {
	for name := range cfg.Attributes {
		found := slices.ContainsFunc(records, func(r goldenRecord) bool { _, ok := r.Attributes[name]; return ok })
		assert.True(t, found, "no fixture shows the attribute %s", name)
	}
}

// inOrder sorts requests that were made at once.
func inOrder(requests []request) []request {
	for first := range requests {
		last := first
		for last < len(requests) && requests[last].item {
			last++
		}
		slices.SortFunc(requests[first:last], func(a, b request) int { return strings.Compare(a.URL.String(), b.URL.String()) })
	}
	return requests
}

func describe(r request, cfg *restauditreceiver.Config) goldenRequest {
	g := goldenRequest{Request: r.Method + " " + r.URL.Scheme + "://" + r.URL.Host + r.URL.Path, Body: r.body}
	for name, values := range r.URL.Query() {
		if g.Query == nil {
			g.Query = map[string]string{}
		}
		g.Query[name] = strings.Join(values, " | ")
	}
	for name, values := range r.Header {
		value := strings.Join(values, " | ")
		if slices.Contains([]string{"User-Agent", "Accept-Encoding", "Content-Length"}, name) {
			continue
		}
		if g.Headers == nil {
			g.Headers = map[string]string{}
		}
		if strings.Contains(value, "5ec") || strings.Contains(value, "access-1") || isCredential(name, cfg) {
			value = "(credentials)"
		}
		g.Headers[name] = value
	}
	return g
}

// isCredential tells headers that prove who asks; they are not the same twice.
func isCredential(header string, cfg *restauditreceiver.Config) bool {
	if hmac := cfg.Credentials.HMAC; hmac != nil {
		for name := range hmac.Headers {
			if http.CanonicalHeaderKey(name) == header {
				return true
			}
		}
	}
	return slices.Contains([]string{"Authorization", "Cookie", "Date", "X-Amz-Date"}, header)
}

func (s *scene) describe(t *testing.T, r emitted) goldenRecord {
	g := goldenRecord{
		Time: r.Timestamp().AsTime().Format(time.RFC3339Nano), EventName: r.EventName(), UID: r.uid,
		Attributes: r.Attributes().AsRaw(),
	}
	if r.SeverityText() != "" {
		g.Severity = r.SeverityText() + " -> " + r.SeverityNumber().String()
	}
	delete(g.Attributes, "log.record.uid")
	for key := range g.Attributes {
		assert.False(t, strings.HasPrefix(key, "restaudit.parse_error"), "%s: the record could not be read", key)
	}
	assert.NotZero(t, r.Timestamp(), "a record without a time")
	g.Body = r.Body().Type().String()
	if s.holds(r.Body().Str()) {
		g.Body += ", the vendor's bytes"
	}
	return g
}

// holds tells whether text is a part of a fixture as it stands there.
func (s *scene) holds(text string) bool {
	for _, a := range append(slices.Clone(s.pages), s.items...) {
		if text != "" && strings.Contains(a.body, text) {
			return true
		}
	}
	return false
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/restaudit/otelcol-audit/distribution/e2e/rig"
)

// elastic is a strict stand-in for Elasticsearch's _bulk. Its first answer is a
// 503 after it has stored half of the request, so that documents come again; its
// next one refuses a document for now.
type elastic struct {
	t   *testing.T
	url string

	mu        sync.Mutex
	requests  int
	docs      map[string]document
	conflicts int
	refused   bool
}

// document is what a bulk request creates.
type document struct {
	stream, id string
	record     rig.Record
}

func startElastic(t *testing.T) *elastic {
	t.Helper()
	e := &elastic{t: t, docs: map[string]document{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_bulk", e.bulk)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		assert.Fail(t, "Elasticsearch was asked for something else", "%s %s", r.Method, r.URL)
		w.WriteHeader(http.StatusNotFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

func (e *elastic) records() []rig.Record {
	e.mu.Lock()
	defer e.mu.Unlock()
	var records []rig.Record
	for _, d := range e.docs {
		records = append(records, d.record)
	}
	return records
}

func (e *elastic) bulk(w http.ResponseWriter, r *http.Request) {
	assert.True(e.t, strings.EqualFold("ApiKey x", r.Header.Get("Authorization")))
	docs, err := readBulk(r)
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	if !assert.NoError(e.t, err) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests++
	if e.requests == 1 {
		for _, d := range docs[:len(docs)/2] {
			e.docs[d.stream+" "+d.id] = d
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var items []string
	failed := false
	for _, d := range docs {
		status, problem := e.create(d)
		failed = failed || problem != ""
		items = append(items, fmt.Sprintf(`{"create":{"_index":%q,"_id":%q,"status":%d%s}}`, d.stream, d.id, status, problem))
	}
	_, _ = fmt.Fprintf(w, `{"took":1,"errors":%t,"items":[%s]}`, failed, strings.Join(items, ","))
}

// create stores one document or says why not.
func (e *elastic) create(d document) (status int, problem string) {
	key := d.stream + " " + d.id
	switch _, there := e.docs[key]; {
	case there:
		e.conflicts++
		return http.StatusConflict, `,"error":{"type":"version_conflict_engine_exception","reason":"document already exists"}`
	case !e.refused:
		e.refused = true
		return http.StatusTooManyRequests, `,"error":{"type":"es_rejected_execution_exception","reason":"queue is full"}`
	}
	e.docs[key] = d
	return http.StatusCreated, ""
}

// readBulk reads a request as Elasticsearch does: lines that each end in a line
// break, an action before each document.
func readBulk(r *http.Request) ([]document, error) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Header.Get("Content-Encoding") == "gzip" {
		var unzip *gzip.Reader
		if unzip, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, err = io.ReadAll(unzip)
		}
	}
	if err != nil {
		return nil, err
	}
	if mime := r.Header.Get("Content-Type"); !strings.HasPrefix(mime, "application/") || !strings.Contains(mime, "json") {
		return nil, fmt.Errorf("content type %q", mime)
	}
	if !bytes.HasSuffix(body, []byte("\n")) {
		return nil, fmt.Errorf("the last line has no end")
	}
	all := slices.Collect(bytes.Lines(body))
	if len(all)%2 != 0 {
		return nil, fmt.Errorf("%d lines: an action has no document", len(all))
	}
	var docs []document
	for pair := range slices.Chunk(all, 2) {
		d, err := readDocument(pair[0], pair[1])
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

func readDocument(action, source []byte) (document, error) {
	var head map[string]struct {
		Index string `json:"_index"`
		ID    string `json:"_id"`
	}
	var body struct {
		Timestamp  string         `json:"@timestamp"`
		EventName  string         `json:"event_name"`
		Attributes map[string]any `json:"attributes"`
		Body       struct {
			Text string `json:"text"`
		} `json:"body"`
	}
	if err := json.Unmarshal(action, &head); err != nil {
		return document{}, fmt.Errorf("action %s: %w", action, err)
	}
	create, ok := head["create"]
	if !ok || len(head) != 1 {
		return document{}, fmt.Errorf("a data stream only takes create, not %s", action)
	}
	if create.ID == "" || len(create.ID) > 512 {
		return document{}, fmt.Errorf("document id %q", create.ID)
	}
	if err := json.Unmarshal(source, &body); err != nil {
		return document{}, fmt.Errorf("document %s: %w", source, err)
	}
	at, err := elasticTime(body.Timestamp)
	uid, _ := body.Attributes["log.record.uid"].(string)
	return document{
		stream: create.Index, id: create.ID,
		record: rig.Record{UID: uid, EventName: body.EventName, Body: body.Body.Text, Time: at},
	}, err
}

// elasticTime reads epoch milliseconds with a fraction, the form that the
// exporter chooses for date_nanos fields, or RFC 3339.
func elasticTime(text string) (time.Time, error) {
	millis, fraction, ok := strings.Cut(text, ".")
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.UTC(), nil
	}
	var ms, ns int64
	if _, err := fmt.Sscan(millis, &ms); err != nil {
		return time.Time{}, fmt.Errorf("@timestamp %q: %w", text, err)
	}
	if ok {
		if _, err := fmt.Sscan((fraction + "000000")[:6], &ns); err != nil {
			return time.Time{}, fmt.Errorf("@timestamp %q: %w", text, err)
		}
	}
	return time.UnixMilli(ms).Add(time.Duration(ns)).UTC(), nil
}

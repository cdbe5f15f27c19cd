// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// start runs the program until the test ends and returns its address and a way to stop it and get its exit code.
func start(t *testing.T, args ...string) (ready, func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, args, w, io.Discard)
		_ = w.Close()
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	require.NoError(t, err)
	var got ready
	require.NoError(t, json.Unmarshal([]byte(line), &got))
	t.Cleanup(cancel)
	return got, func() int {
		cancel()
		return <-code
	}
}

func get(t *testing.T, url, auth string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", auth)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestServesVendorsTruthAndPages(t *testing.T) {
	at, stop := start(t, "-rate", "0", "-backlog", "20", "-body-size", "3000", "-pages", "2", "-fault", "slack.server_error=1")
	assert.Contains(t, at.Vendors, "okta")
	status, body := get(t, at.URL+"/okta/api/v1/logs", "SSWS sim-okta-token")
	assert.Equal(t, 200, status)
	assert.Len(t, gjson.Parse(body).Array(), 20)
	assert.Greater(t, len(body), 60000)
	_, body = get(t, at.URL+"/_sim/truth/okta", "")
	assert.Len(t, gjson.Get(body, "shown").Array(), 20)
	status, _ = get(t, at.URL+"/slack/audit/v1/logs", "")
	assert.GreaterOrEqual(t, status, 500)
	_, body = get(t, at.URL+"/bench/v1/logs?after=1500", "")
	assert.Len(t, gjson.Parse(body).Array(), 500)
	assert.Zero(t, stop())
}

func TestTheSameStartAndSeedGiveTheSameLog(t *testing.T) {
	args := []string{"-rate", "0", "-backlog", "3", "-seed", "9", "-start", "2026-01-01T00:00:00Z"}
	query := "/offset/v1/audit/events"
	a, stopA := start(t, args...)
	b, stopB := start(t, args...)
	// The vendor takes its key from another header: what is compared is the visible truth.
	_, first := get(t, a.URL+"/_sim/truth/offset?at=2026-01-02T00:00:00Z", "")
	_, second := get(t, b.URL+"/_sim/truth/offset?at=2026-01-02T00:00:00Z", "")
	assert.Equal(t, gjson.Get(first, "visible").Raw, gjson.Get(second, "visible").Raw)
	assert.Len(t, gjson.Get(first, "visible").Array(), 3)
	status, _ := get(t, a.URL+query, "")
	assert.Equal(t, 401, status)
	assert.Zero(t, stopA())
	assert.Zero(t, stopB())
}

func TestEndsByItself(t *testing.T) {
	var out bytes.Buffer
	assert.Zero(t, run(t.Context(), []string{"-for", "10ms"}, &out, io.Discard))
	assert.Contains(t, out.String(), `"address":"127.0.0.1:`)
}

func TestWrongFlagsAreRefused(t *testing.T) {
	for _, args := range []string{
		"-nope", "x", "-fault slow", "-fault nobody.slow=1", "-start yesterday", "-rate -1", "-listen 127.0.0.1:x",
	} {
		var stderr bytes.Buffer
		assert.NotZero(t, run(t.Context(), strings.Fields(args), io.Discard, &stderr), args)
		assert.NotEmpty(t, stderr.String())
	}
	assert.Zero(t, run(t.Context(), []string{"-h"}, io.Discard, io.Discard))
}

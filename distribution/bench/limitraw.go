// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

const limitRawCommand = "limit-raw"

// limitRaw reads all pages as barely as one can and prints how many events there
// were. It neither validates, nor remembers, nor stores anything.
func limitRaw(ctx context.Context, url string) error {
	client := &http.Client{Timeout: time.Minute}
	events := 0
	for {
		body, err := fetch(ctx, client, fmt.Sprintf("%s?limit=%d&after=%d", url, pageEvents, events))
		if err != nil {
			return err
		}
		n := split(body).LogRecordCount()
		if n == 0 {
			fmt.Print(events)
			return nil
		}
		events += n
	}
}

func fetch(ctx context.Context, client *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody) //nolint:gosec // G704: the URL is the one that we were started with
	if err != nil {
		return "", fmt.Errorf("limit-raw: %w", err)
	}
	res, err := client.Do(req) //nolint:gosec // G704: as above
	if err != nil {
		return "", fmt.Errorf("limit-raw: %w", err)
	}
	defer res.Body.Close()
	var body strings.Builder
	body.Grow(int(res.ContentLength))
	if _, err := io.Copy(&body, res.Body); err != nil {
		return "", fmt.Errorf("limit-raw: %w", err)
	}
	return body.String(), nil
}

// split makes log records of a page: raw body, uid, name and time.
func split(body string) plog.Logs {
	logs := plog.NewLogs()
	out := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	out.EnsureCapacity(pageEvents)
	gjson.Parse(body).ForEach(func(_, event gjson.Result) bool {
		lr := out.AppendEmpty()
		lr.Body().SetStr(event.Raw)
		lr.Attributes().PutStr("log.record.uid", event.Get("uuid").Str)
		lr.SetEventName(event.Get("eventType").Str)
		if at, err := time.Parse(time.RFC3339, event.Get("published").Str); err == nil {
			lr.SetTimestamp(pcommon.NewTimestampFromTime(at))
		}
		return true
	})
	return logs
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auditcli

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/restaudit/otelcol-audit/distribution/auditcli/internal/preview"
)

// previewDocument is what --output json prints.
type previewDocument struct {
	Source   string           `json:"source"`
	Requests []previewRequest `json:"requests"`
	Records  []previewRecord  `json:"records"`
	Next     *previewNext     `json:"next,omitempty"`
	CaughtUp bool             `json:"caught_up"`
	Problems []string         `json:"problems,omitempty"`
	// Unfound are keys, and their paths, that no record has a value for.
	Unfound map[string][]string `json:"unfound,omitempty"`
}

type previewRequest struct {
	Request string            `json:"request"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	Status  int               `json:"status"`
	Bytes   int               `json:"bytes"`
	Records int               `json:"records"`
	LeftOut []string          `json:"left_out,omitempty"`
}

type previewRecord struct {
	Time       time.Time      `json:"time"`
	EventName  string         `json:"event_name,omitempty"`
	Severity   string         `json:"severity,omitempty"`
	Body       any            `json:"body"`
	Attributes map[string]any `json:"attributes"`
	Resource   map[string]any `json:"resource"`
}

type previewNext struct {
	Cursor string    `json:"cursor,omitempty"`
	Low    time.Time `json:"low_watermark,omitzero"`
	Newest time.Time `json:"newest_event,omitzero"`
}

func previewJSON(w io.Writer, source string, r *preview.Result) error {
	doc := previewDocument{Source: source, Requests: []previewRequest{}, Records: []previewRecord{}, CaughtUp: r.CaughtUp}
	for _, x := range r.Exchanges {
		headers := map[string]string{}
		for _, h := range x.Headers {
			headers[h.Name] = h.Value
		}
		doc.Requests = append(doc.Requests, previewRequest{
			Request: x.Request, Headers: headers, Body: x.Body, Status: x.Status, Bytes: x.Bytes, Records: x.Records, LeftOut: x.LeftOut,
		})
	}
	eachRecord(r.Logs, func(rl plog.ResourceLogs, lr plog.LogRecord) {
		doc.Records = append(doc.Records, previewRecord{
			Time: lr.Timestamp().AsTime(), EventName: lr.EventName(), Severity: lr.SeverityText(), Body: lr.Body().AsRaw(),
			Attributes: lr.Attributes().AsRaw(), Resource: rl.Resource().Attributes().AsRaw(),
		})
	})
	if n := r.Next; n != nil {
		doc.Next = &previewNext{Cursor: n.Cursor, Low: n.Low, Newest: n.Newest}
	}
	for _, p := range r.Problems {
		doc.Problems = append(doc.Problems, problemText(p))
	}
	for _, u := range r.Unfound {
		if doc.Unfound == nil {
			doc.Unfound = map[string][]string{}
		}
		doc.Unfound[u.Key] = u.Paths
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, printableJSON(text.String()))
	return err
}

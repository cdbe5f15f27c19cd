// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// brokenPipeline is a config with one source, whose settings follow.
const brokenPipeline = `
exporters: {nop: {}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [restaudit/bad], exporters: [nop]}}
receivers:
  restaudit/bad:
`

// Endpoints that are right, for settings that are wrong elsewhere.
const (
	plainSource  = "endpoint: https://api.example.com/v1/audit\n"
	filterSource = plainSource + "time_filter: {start_param: from}\n"
)

// brokenConfigs are mistakes that people make, with the key as the error names it
// and a word of what it says. Errors of decoding are worded by the Collector.
var brokenConfigs = []struct{ name, text, key, says string }{
	{"no endpoint", "poll_interval: 30s", "`endpoint`", "preset"},
	{"unknown preset", "preset: oktaa", "`preset`", "okta"},
	{"preset without its parameter", "preset: github_org\ncredentials: {bearer: a}", "`params::org`", "github_org"},
	{"endpoint that is no URL", "endpoint: api.example.com/v1/audit", "`endpoint`", "https"},
	{"endpoint without TLS on another machine", "endpoint: http://api.example.com/v1/audit", "`endpoint`", "allow_http"},
	{"unknown placeholder", "endpoint: https://api.example.com/{tenant}/audit", "`endpoint`", "tenant"},
	{"undeclared parameter", "endpoint: https://api.example.com/{params.org}/audit", "`endpoint`", "org"},
	{"unknown pagination", plainSource + "pagination: {type: pages}", "`pagination::type`", "offset"},
	{"cursor pagination without a source of the cursor", plainSource + "pagination: {type: cursor, cursor_param: after}", "`pagination::cursor_path`", "cursor_header"},
	{"cursor pagination without a place for the cursor", plainSource + "pagination: {type: cursor, cursor_path: next}", "`pagination::cursor_param`", "{cursor}"},
	{"offset pagination without its parameter", plainSource + "pagination: {type: offset, limit_param: limit, page_size: 50}", "`pagination::offset_param`", "{offset}"},
	{"page pagination without its parameter", plainSource + "pagination: {type: page}", "`pagination::page_param`", "{page}"},
	{"next URL pagination without the URL", plainSource + "pagination: {type: next_url}", "`pagination::next_url_path`", "next_url_header"},
	{"a key of another pagination", plainSource + "pagination: {type: link, offset_param: skip}", "`pagination::offset_param`", "link"},
	{"a persistent position of nothing", plainSource + "pagination: {persistent: true}", "`pagination::persistent`", "type"},
	{"more and done at once", plainSource + "pagination: {type: page, page_param: p, has_more_path: more, done_path: done}", "`pagination::done_path`", "one of them"},
	{"bad gjson path", plainSource + "response: {id: 'a..b'}", "`response::id`", "path"},
	{"bad attribute path", plainSource + "attributes: {user.name: 'actor.#('}", "`attributes::user.name`", "path"},
	{"attribute of ours", plainSource + "attributes: {log.record.uid: id}", "`attributes::log.record.uid`", "another name"},
	{"bad time format", plainSource + "time_filter: {start_param: from, format: rfc9999}", "`time_filter::format`", "rfc9999"},
	{"bad time zone", plainSource + "response: {timezone: Mars/Base}", "`response::timezone`", "IANA"},
	{"bad start", plainSource + "start_at: yesterday", "`start_at`", "beginning"},
	{"window shorter than the overlap", filterSource[:len(filterSource)-2] + ", window: 5m, overlap: 10m}", "`time_filter::window`", "overlap"},
	{"half a sweep", filterSource[:len(filterSource)-2] + ", sweep: {every: 24h}}", "`time_filter::sweep`", "depth"},
	{"bad regular expression to keep", plainSource + "match_on: ['user\\.(session']", "`match_on[0]`", "missing"},
	{"bad regular expression to drop", plainSource + "exclude_on: ['[a-']", "exclude_on[0]", "missing"},
	{"empty secret", plainSource + "credentials: {bearer: ''}", "`credentials::bearer`", "environment"},
	{"two credentials", plainSource + "credentials: {bearer: a, header: b}", "`credentials::bearer`", "one"},
	{"credentials twice", plainSource + "credentials: {bearer: a}\n    auth: {authenticator: oauth2client}", "`auth`", "keep one"},
	{"unknown body", plainSource + "body: json", "`body`", "raw"},
	{"unknown order", plainSource + "response: {order: newest}", "`response::order`", "descending"},
	{"no interval", plainSource + "poll_interval: 0s", "`poll_interval`", "positive"},
	{"unknown method", plainSource + "request: {method: FETCH}", "`request::method`", "POST"},
	{"a share over the whole", plainSource + "rate_limit: {reserve: 150%}", "'rate_limit.reserve'", "percentage"},
	{"a size without sense", plainSource + "limits: {max_page_bytes: lots}", "'limits.max_page_bytes'", "MiB"},
	{"retry that gets shorter", plainSource + "retry: {multiplier: 0.5}", "`retry::multiplier`", "1 or more"},
	{"unknown key", plainSource + "polling_frequency_ms: 1000", "`polling_frequency_ms`", "convert"},
	{"unknown nested key", plainSource + "pagination: {typ: offset}", "`pagination::typ`", "did you mean `type`"},
}

func TestBrokenConfigsAreRefusedByKey(t *testing.T) {
	t.Parallel()
	for _, tc := range brokenConfigs {
		t.Run(tc.name, func(t *testing.T) {
			config := brokenPipeline + "    " + strings.ReplaceAll(strings.ReplaceAll(tc.text, "\n    ", "\n"), "\n", "\n    ") + "\n"
			out, err := exec.Command(collectorBin, "validate", "--config", write(t, "bad.yaml", config)).CombinedOutput()
			assert.Error(t, err, "%s", config)
			text := string(out)
			assert.Contains(t, text, tc.key)
			assert.Contains(t, text, tc.says)
			assert.NotContains(t, text, "panic")
		})
	}
}

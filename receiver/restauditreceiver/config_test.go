// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/restaudit/otelcol-audit/internal/paging"
)

// load reads a receiver's configuration from YAML, as the Collector does.
func load(t testing.TB, text string) (*Config, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, confmap.Validate(cfg)
}

const everyKnob = `
endpoint: https://api.vendor.com/v1/audit/events
credentials:
  api_key: {value: key, header: X-API-Key}
poll_interval: 30s
start_at: 24h
request:
  method: GET
  query: {include: all, phrase: "created:>={start}", limit: 50}
time_filter: {start_param: from_time, end_param: until, format: rfc3339, bounds: inclusive,
              window: 24h, overlap: 5m, delay: 0s, sweep: {every: 24h, depth: 72h}}
pagination: {type: offset, offset_param: skip, page_size: 50}
response: {records: data.events, id: event_id, timestamp: event_time, message: description, event_name: action,
           order: descending, error_when: {path: ok, equals: false}}
attributes: {user.name: actor.email, client.address: [client.ip, ip]}
match_on: ['user\.session\.start']
exclude_on: ['system\.internal']
body: raw
rate_limit: {requests_per_second: 2, budget: okta-acme, reserve: 10%}
retry: {initial_interval: 1s, multiplier: 2, max_interval: 60s}
limits: {max_page_bytes: 32MiB, max_depth: 128}
`

func TestEveryKnobIsUnderstood(t *testing.T) {
	cfg, err := load(t, everyKnob)
	require.NoError(t, err)
	assert.Equal(t, Paths{"data.events"}, cfg.Response.Records)
	assert.Equal(t, Paths{"client.ip", "ip"}, cfg.Attributes["client.address"])
	assert.Equal(t, Text("50"), cfg.Request.Query["limit"])
	assert.Equal(t, "false", string(*cfg.Response.ErrorWhen[0].Equals))
	assert.Equal(t, Size(32<<20), cfg.Limits.MaxPageBytes)
	assert.InDelta(t, 0.1, float64(cfg.RateLimit.Reserve), 1e-9)
	assert.Equal(t, paging.Offset, cfg.Pagination.Type)
}

func TestAPresetTakesFourLines(t *testing.T) {
	cfg, err := load(t, `
preset: okta
params: {org: acme}
credentials: {header: "SSWS token"}
`)
	require.NoError(t, err)
	assert.Equal(t, Paths{"uuid"}, cfg.Response.ID)
	assert.Equal(t, 30*time.Second, cfg.PollInterval)
	c, err := cfg.compile()
	require.NoError(t, err)
	assert.Equal(t, "acme.okta.com", c.send.Endpoint.Host)
}

func TestTheUsersKeysLieOverThePresets(t *testing.T) {
	cfg, err := load(t, `
preset: okta
params: {org: acme}
credentials: {header: "SSWS token"}
poll_interval: 5m
request: {query: {filter: 'eventType sw "user."'}}
pagination: {page_size: 100}
attributes: {user.roles: actor.roles}
`)
	require.NoError(t, err)
	assert.Equal(t, 5*time.Minute, cfg.PollInterval)
	assert.Equal(t, Text("ASCENDING"), cfg.Request.Query["sortOrder"], "the preset's other keys stay")
	assert.Contains(t, cfg.Request.Query, "filter")
	assert.Equal(t, paging.Link, cfg.Pagination.Type)
	assert.EqualValues(t, 100, cfg.Pagination.PageSize)
	assert.Contains(t, cfg.Attributes, "user.name")
	assert.Contains(t, cfg.Attributes, "user.roles")
}

func TestAParamOfTheUsersOwnIsTakenWhereItIsUsed(t *testing.T) {
	const okta = "preset: okta\nparams: {org: acme, mine: x}\ncredentials: {header: SSWS x}\n"
	for name, key := range map[string]string{
		"in the query":        "request: {query: {filter: '{params.mine}'}}",
		"in the endpoint":     "endpoint: 'https://{params.mine}.example.com/{params.org}'",
		"in the resource":     "resource_attributes: {team: 'of {params.mine}'}",
		"in further requests": "expand: {items: ids, url: 'https://{params.org}.okta.com/{params.mine}/{item}'}",
	} {
		_, err := load(t, okta+key)
		assert.NoError(t, err, name)
	}
}

func TestAWrongConfigurationIsAClearError(t *testing.T) {
	const ok = "endpoint: https://api.vendor.com/v1\n"
	for name, tc := range map[string]struct {
		yaml string
		says []string
	}{
		"no endpoint":                      {"poll_interval: 30s", []string{"`endpoint`", "preset"}},
		"endpoint is no URL":               {"endpoint: 'vendor'", []string{"endpoint"}},
		"plain http":                       {"endpoint: http://api.vendor.com/v1", []string{"allow_http"}},
		"unknown key":                      {ok + "pagnation: {type: offset}", []string{"`pagnation` is not a key", "`pagination`"}},
		"unknown key below":                {ok + "pagination: {typ: offset}", []string{"`pagination::typ` is not a key", "`type`"}},
		"key of another section":           {ok + "pagination: {type: none, max_results: 60}", []string{"`pagination::max_results`", "`time_filter::max_results`"}},
		"a million empty windows":          {ok + "start_at: beginning\ntime_filter: {start_param: a, end_param: b, window: 10m}", []string{"`start_at: beginning`", "`retention`"}},
		"unknown key in a list":            {ok + "response: {error_when: [{path: ok, equal: x}]}", []string{"`response::error_when[0]::equal`", "`equals`"}},
		"key of the original product":      {ok + "polling_frequency_ms: 1000", []string{"`polling_frequency_ms`", "convert"}},
		"unknown preset":                   {"preset: oktaa", []string{"`preset`", "oktaa", "okta"}},
		"preset without its params":        {"preset: okta\ncredentials: {header: SSWS x}", []string{"`params::org`"}},
		"param that the preset lacks":      {"preset: github_org\nparams: {org: acme, inclde: web}\ncredentials: {bearer: x}", []string{"`params::inclde` is not a param of preset github_org", "`include`, `org`"}},
		"param of a preset without any":    {"preset: slack\nparams: {org: acme}\ncredentials: {bearer: x}", []string{"`params::org`", "it has none"}},
		"param that repeats the host":      {"preset: okta\nparams: {org: acme.okta.com}\ncredentials: {header: SSWS x}", []string{"`params::org` is \"acme.okta.com\"", "write acme"}},
		"preset without credentials":       {"preset: okta\nparams: {org: acme}", []string{"`credentials` is missing", "presets show okta"}},
		"preset with half its credentials": {"preset: okta\nparams: {org: acme}\ncredentials: {oauth2: {client_id: x}}", []string{"`credentials::oauth2`: its secret is empty"}},
		"interval in days":                 {ok + "poll_interval: 1d", []string{"`poll_interval` is no duration", "24h"}},
		"overlap in words":                 {ok + "time_filter: {start_param: s, overlap: an hour}", []string{"`time_filter::overlap` is no duration"}},
		"number in words":                  {ok + "pagination: {type: page, page_param: p, page_size: fifty}", []string{"`pagination::page_size` is no number"}},
		"switch in words":                  {ok + "allow_http: please", []string{"`allow_http` must be true or false"}},
		"unknown pagination":               {ok + "pagination: {type: pages}", []string{"`pagination::type`", "offset"}},
		"cursor from nowhere":              {ok + "pagination: {type: cursor, cursor_param: c}", []string{"cursor_path", "cursor_header"}},
		"cursor to nowhere":                {ok + "pagination: {type: cursor, cursor_path: next}", []string{"cursor_param"}},
		"offset to nowhere":                {ok + "pagination: {type: offset}", []string{"offset_param"}},
		"page to nowhere":                  {ok + "pagination: {type: page}", []string{"page_param"}},
		"next_url from nowhere":            {ok + "pagination: {type: next_url}", []string{"next_url_path"}},
		"last_id without id":               {ok + "pagination: {type: last_id, cursor_param: after}", []string{"response::id"}},
		"key of another pagination":        {ok + "pagination: {type: link, offset_param: skip}", []string{"`pagination::offset_param`", "link"}},
		"persistent without position":      {ok + "pagination: {persistent: true}", []string{"persistent"}},
		"has_more and done":                {ok + "pagination: {type: cursor, cursor_param: c, cursor_path: c, has_more_path: m, done_path: d}", []string{"has_more_path", "done_path"}},
		"bad regex":                        {ok + "match_on: ['(']", []string{"match_on"}},
		"bad gjson path":                   {ok + "response: {id: 'a..b'}", []string{"`response::id`"}},
		"bad attribute path":               {ok + "attributes: {user.name: 'a.#('}", []string{"attributes::user.name"}},
		"bad placeholder":                  {ok + "request: {query: {q: '{strat}'}}", []string{"strat", "request::query"}},
		"param that is not given":          {"endpoint: 'https://{params.host}/v1'", []string{"params.host", "write `host` under `params`"}},
		"bad start":                        {ok + "start_at: yesterday", []string{"`start_at`", "beginning"}},
		"start in a year":                  {ok + "start_at: " + time.Now().AddDate(1, 0, 0).Format(time.RFC3339), []string{"`start_at` is", "in the future"}},
		"bad time format":                  {ok + "time_filter: {start_param: s, format: RFC3339}", []string{"time_filter::format"}},
		"bad zone":                         {ok + "response: {timezone: Mars/Base}", []string{"`response::timezone`"}},
		"window below overlap":             {ok + "time_filter: {start_param: s, end_param: e, window: 5m, overlap: 10m}", []string{"window", "overlap"}},
		"window of a day by days":          {ok + "time_filter: {start_param: s, end_param: e, format: date, window: 48h}", []string{"`time_filter::window`", "48h", "no poll gets ahead"}},
		"an end without a start":           {ok + "time_filter: {end_param: until}", []string{"`time_filter`", "`time_filter::start_param`"}},
		"{end} without a start":            {ok + "request: {query: {until: '{end}'}}", []string{"`time_filter`", "{start}"}},
		"resource without its param":       {ok + "resource_attributes: {org: 'of {params.org}'}", []string{"`resource_attributes::org`", "{params.org}"}},
		"sweep without depth":              {ok + "time_filter: {start_param: s, sweep: {every: 1h}}", []string{"sweep", "depth"}},
		"two credentials":                  {ok + "credentials: {bearer: x, header: y}", []string{"bearer", "header", "keep one"}},
		"empty secret":                     {ok + "credentials: {bearer: ''}", []string{"`credentials::bearer`", "environment"}},
		"api key without value":            {ok + "credentials: {api_key: {header: X}}", []string{"api_key"}},
		"wrong body":                       {ok + "body: json", []string{"`body`", "raw"}},
		"wrong order":                      {ok + "response: {order: newest}", []string{"`response::order`"}},
		"zero interval":                    {ok + "poll_interval: 0s", []string{"`poll_interval`"}},
		"bad size":                         {ok + "limits: {max_page_bytes: lots}", []string{"32MiB"}},
		"bad share":                        {ok + "rate_limit: {reserve: 200%}", []string{"share"}},
		"nothing but the reserve":          {ok + "rate_limit: {reserve: 100%}", []string{"share", "below 100%"}},
		"interval without a unit":          {ok + "poll_interval: 30", []string{"`poll_interval` is 30ns", "unit"}},
		"overlap without a unit":           {ok + "time_filter: {start_param: s, overlap: 604800}", []string{"`time_filter::overlap` is 604.8µs", "unit"}},
		"timeout without a unit":           {ok + "timeout: 30", []string{"`timeout` is 30ns", "unit"}},
		"back-off without a unit":          {ok + "retry: {initial_interval: 1}", []string{"`retry::initial_interval` is 1ns", "unit"}},
		"wait without a unit":              {ok + "response: {error_when: {path: a, retry_after: 5}}", []string{"`response::error_when::0::retry_after` is 5ns", "unit"}},
		"negative timeout":                 {ok + "timeout: -1s", []string{"`timeout` must not be negative"}},
		"negative cap":                     {ok + "time_filter: {max_results: -1}", []string{"`time_filter::max_results`"}},
		"negative page size":               {ok + "pagination: {type: offset, offset_param: o, page_size: -1}", []string{"`pagination::page_size` must be 0 or more, not -1"}},
		"a key in capitals":                {ok + "Preset: okta", []string{"`Preset` is not a key", "`preset`"}},
		"a user in the endpoint":           {"endpoint: https://me:pw@api.vendor.com/v1", []string{"`endpoint`", "`credentials::basic`"}},
		"bad path of a split":              {ok + "response: {split: 'a.#('}", []string{"`response::split`"}},
		"bad path of an embedded text":     {ok + "response: {embedded: 'a.#('}", []string{"`response::embedded`"}},
		"bad status of an error":           {ok + "response: {error_when: [{path: a}, {status: [99]}]}", []string{"`response::error_when::1`", "99"}},
		"error that equals nothing":        {ok + "response: {error_when: {path: a, equals: ''}}", []string{"`response::error_when::0::equals`", "not supported"}},
		"bad error class":                  {ok + "response: {error_when: {path: ok, class: oops}}", []string{"`response::error_when::0`", "oops", "cursor_expired"}},
		"error rule that never holds":      {ok + "response: {error_when: {equals: x}}", []string{"error_when"}},
		"error when something is missing":  {ok + "response: {error_when: {path: ok, exists: false}}", []string{"exists", "not supported"}},
		"two steps that leave":             {ok + "expand: {items: ids, url: 'https://other.com/d/{item}'}", []string{"`expand::url`", "https://other.com", "`allowed_hosts`"}},
		"next step that leaves https":      {ok + "pagination: {type: cursor, cursor_path: n, cursor_param: c}\nrequest: {next: {url: 'http://api.vendor.com/n'}}", []string{"`request::next::url`", "leaves https"}},
		"two steps without items":          {ok + "expand: {url_path: uri}", []string{"expand::items"}},
		"batch without a place":            {ok + "expand: {items: ids, url: 'https://api.vendor.com/d', batch: 5}", []string{"{items}"}},
		"related without fields":           {ok + "response: {related: {path: r}}", []string{"response::related"}},
		"reserved attribute":               {ok + "attributes: {log.record.uid: id}", []string{"log.record.uid"}},
		"method":                           {ok + "request: {method: FETCH}", []string{"`request::method`"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, tc.yaml)
			require.Error(t, err)
			for _, text := range tc.says {
				assert.ErrorContains(t, err, text)
			}
		})
	}
}

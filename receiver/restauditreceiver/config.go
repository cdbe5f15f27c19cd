// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"

	"github.com/restaudit/otelcol-audit/internal/auth"
	"github.com/restaudit/otelcol-audit/internal/paging"
)

// Config is one source: one vendor log, polled by one receiver instance.
type Config struct {
	// ClientConfig holds the Collector's own HTTP settings: endpoint, headers,
	// tls, proxy_url, timeout, auth and others. `endpoint` may hold
	// {placeholders}.
	ClientConfig confighttp.ClientConfig `mapstructure:",squash"`
	// Preset names a catalogue entry that lies under the keys of this config.
	Preset string `mapstructure:"preset,omitempty"`
	// Params are the values of {params.NAME}. A list makes a source of its own,
	// with its own checkpoint, for each of its values.
	Params map[string]Texts `mapstructure:"params,omitempty"`
	// Credentials say how requests are authenticated. Exactly one kind.
	Credentials auth.Config `mapstructure:"credentials,omitempty"`
	// AllowedHosts are further hosts, besides the endpoint's, that a next link
	// may lead to and that get the credentials then.
	AllowedHosts []string `mapstructure:"allowed_hosts,omitempty"`
	// AllowHTTP permits an endpoint without TLS that is not on this machine.
	AllowHTTP bool `mapstructure:"allow_http,omitempty"`
	// DenyPrivateNetworks refuses to connect to loopback, private and other
	// addresses that are not of the public internet. Without it only names that
	// lead to link-local addresses and cloud metadata are refused.
	DenyPrivateNetworks bool `mapstructure:"deny_private_networks,omitempty"`
	// PollInterval is the time between the starts of two polls. Default 60s.
	PollInterval time.Duration `mapstructure:"poll_interval"`
	// StartAt is where a source without a checkpoint starts: beginning, now, a
	// duration back from now, or an RFC 3339 time. Default 24h, or beginning
	// where the vendor can't be asked by time.
	StartAt Text `mapstructure:"start_at,omitempty"`
	// Retention is how long the vendor keeps events. What falls out of it before
	// it could be read is reported as a gap. 0 = not known.
	Retention time.Duration `mapstructure:"retention,omitempty"`
	// Storage is the storage extension that keeps the checkpoint. Without one a
	// restart starts at start_at again.
	Storage *component.ID `mapstructure:"storage,omitempty"`
	// LeaderElector is the k8s_leader_elector extension that says which of several
	// replicas polls. Without one, this one does.
	LeaderElector *component.ID `mapstructure:"k8s_leader_elector,omitempty"`
	// Request is what is asked.
	Request RequestConfig `mapstructure:"request"`
	// TimeFilter is how the vendor is asked by time.
	TimeFilter TimeFilterConfig `mapstructure:"time_filter"`
	// Pagination is how the vendor pages.
	Pagination PaginationConfig `mapstructure:"pagination"`
	// Response is where the records and their parts are.
	Response ResponseConfig `mapstructure:"response"`
	// Expand gets the records by a second step.
	Expand *ExpandConfig `mapstructure:"expand,omitempty"`
	// Attributes map attribute names to paths in the record.
	Attributes map[string]Paths `mapstructure:"attributes,omitempty"`
	// ResourceAttributes are set on the resource of every record.
	ResourceAttributes map[string]Text `mapstructure:"resource_attributes,omitempty"`
	// MatchOn keeps only records that one of these regular expressions matches.
	MatchOn []string `mapstructure:"match_on,omitempty"`
	// ExcludeOn drops records that one of these regular expressions matches.
	ExcludeOn []string `mapstructure:"exclude_on,omitempty"`
	// MatchPath applies MatchOn and ExcludeOn to one field instead of the raw
	// record.
	MatchPath Paths `mapstructure:"match_path,omitempty"`
	// Body is what a log record's body holds: raw (default), map or message.
	Body string `mapstructure:"body"`
	// DocumentID adds the attribute that the elasticsearch exporter takes as
	// document id.
	DocumentID bool `mapstructure:"document_id,omitempty"`
	// RateLimit bounds the requests.
	RateLimit RateLimitConfig `mapstructure:"rate_limit,omitempty"`
	// Retry is the back-off after a failed request or a refused delivery.
	Retry RetryConfig `mapstructure:"retry"`
	// Limits bound what a response may cost.
	Limits LimitsConfig `mapstructure:"limits"`
	// Dedupe bounds what is remembered of delivered records.
	Dedupe DedupeConfig `mapstructure:"dedupe"`
	// OnPermanentError says what happens to records that the pipeline refuses
	// for good.
	OnPermanentError PermanentErrorConfig `mapstructure:"on_permanent_error"`
	// ShutdownGrace is how long the page in flight may take at shutdown, counted
	// from the stop of the first receiver of the process.
	ShutdownGrace time.Duration `mapstructure:"shutdown_grace"`

	// emptySecret is the key of a secret that is written but empty.
	emptySecret string
	// noCredentials says that the user has written none at all.
	noCredentials bool
	// lists are the params that are written as lists.
	lists []string
	// part is the name of the part that this configuration is one of; see Parts.
	part string
}

var (
	_ confmap.Unmarshaler = (*Config)(nil)
	_ confmap.Validator   = (*Config)(nil)
)

func createDefaultConfig() component.Config {
	client := confighttp.NewDefaultClientConfig()
	client.Timeout = 2 * time.Minute
	// A connection that a firewall has forgotten says nothing. Over HTTP/2 all
	// requests would go on to use it, and time out, until somebody restarts us.
	client.HTTP2ReadIdleTimeout, client.HTTP2PingTimeout = 30*time.Second, 15*time.Second
	return &Config{
		ClientConfig:     client,
		PollInterval:     time.Minute,
		Request:          RequestConfig{Method: "GET"},
		TimeFilter:       TimeFilterConfig{Format: "rfc3339", Bounds: boundsUnknown, In: inQuery, Overlap: 5 * time.Minute},
		Pagination:       defaultPagination(),
		Response:         ResponseConfig{Format: "json", Order: orderNone},
		Body:             bodyRaw,
		Retry:            RetryConfig{InitialInterval: time.Second, Multiplier: 2, MaxInterval: time.Minute},
		Limits:           LimitsConfig{MaxPageBytes: 8 << 20, MaxRecords: 50_000, MaxDepth: 128, MaxUncommittedPages: 4},
		Dedupe:           DedupeConfig{MaxUIDs: 1_000_000, Key: dedupeID},
		OnPermanentError: PermanentErrorConfig{Action: actionQuarantine, QuarantineAfter: 15 * time.Minute},
		ShutdownGrace:    25 * time.Second,
	}
}

func defaultPagination() PaginationConfig {
	return PaginationConfig{
		Type: paging.None, In: inQuery, PageStart: 1, LinkRel: "next",
		MaxPagesPerPoll: 1000, MaxEmptyPages: 50, Verify: true,
	}
}

// RateLimitConfig bounds the requests of a source.
type RateLimitConfig struct {
	// RequestsPerSecond is the highest rate of requests; 0 = no limit of ours.
	RequestsPerSecond float64 `mapstructure:"requests_per_second,omitempty"`
	// Burst is how many requests may go out at once. Default 1.
	Burst int `mapstructure:"burst,omitempty"`
	// Budget names a budget that all sources with this name share.
	Budget string `mapstructure:"budget,omitempty"`
	// Reserve is the part of the vendor's limit that is left to others: "10%".
	Reserve Percent `mapstructure:"reserve,omitempty"`
	_       struct{}
}

// RetryConfig is an exponential back-off without end.
type RetryConfig struct {
	// InitialInterval is the first wait. Default 1s.
	InitialInterval time.Duration `mapstructure:"initial_interval"`
	// Multiplier is the factor from one wait to the next. Default 2.
	Multiplier float64 `mapstructure:"multiplier"`
	// MaxInterval is the longest wait. Default 60s.
	MaxInterval time.Duration `mapstructure:"max_interval"`
	_           struct{}
}

// LimitsConfig bounds what the vendor can make us spend.
type LimitsConfig struct {
	// MaxPageBytes is the largest response, inflated, and also the most that its
	// records may have where they are rewritten: CSV and XML as JSON, and `split`.
	// Default 8MiB.
	MaxPageBytes Size `mapstructure:"max_page_bytes"`
	// MaxRecords is the highest number of records on a page. Default 50,000.
	MaxRecords int `mapstructure:"max_records"`
	// MaxDepth is the deepest nesting of a response. Default 128.
	MaxDepth int `mapstructure:"max_depth"`
	// MaxUncommittedPages is how many delivered pages may wait for their
	// checkpoint while the next one is delivered: that many and one is what a crash
	// can repeat. 0 = a page is durable before the next one is delivered. Default 4.
	MaxUncommittedPages int `mapstructure:"max_uncommitted_pages"`
	_                   struct{}
}

// DedupeConfig bounds the memory of delivered records.
type DedupeConfig struct {
	// MaxUIDs is how many uids are remembered, at about 9 bytes each. Default
	// 1,000,000.
	MaxUIDs int `mapstructure:"max_uids"`
	// Key is what makes two records the same: id, or id+hash where the vendor
	// edits events under their id.
	Key string `mapstructure:"key"`
	_   struct{}
}

// PermanentErrorConfig says what happens to a record that the pipeline refuses
// for good.
type PermanentErrorConfig struct {
	// Action is quarantine (default: hold the page, then set the record at fault
	// aside) or hold (for ever).
	Action string `mapstructure:"action"`
	// QuarantineAfter is how long a page is held before the record at fault is
	// looked for. Default 15m.
	QuarantineAfter time.Duration `mapstructure:"quarantine_after"`
	_               struct{}
}

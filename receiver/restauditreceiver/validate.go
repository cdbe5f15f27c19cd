// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"

	"github.com/restaudit/otelcol-audit/internal/auth"
)

// Unmarshal lays the user's keys over the preset's, and those over the defaults.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	name, _ := conf.Get("preset").(string)
	if name != "" {
		if err := c.applyPreset(name); err != nil {
			return fmt.Errorf("`preset`: %w", err)
		}
	}
	if err := unknownKeys(conf); err != nil {
		return err
	}
	c.expandDefaults(conf)
	if err := conf.Unmarshal(c); err != nil {
		return cmp.Or(wrongValues(conf), err)
	}
	c.emptySecret, c.lists = emptySecret(conf), listParams(conf)
	c.noCredentials = conf.Get("credentials") == nil
	return nil
}

// emptySecret finds a secret that is written but empty, as it comes from an
// environment variable that is not set: after decoding it looks like none.
func emptySecret(conf *confmap.Conf) string {
	for _, key := range []string{"bearer", "header", "bearer_file", "header_file"} {
		key = "credentials::" + key
		if value := conf.Get(key); conf.IsSet(key) && (value == nil || value == "") {
			return key
		}
	}
	return ""
}

// Validate checks everything that can be known without starting: each error
// names the key, what is wrong with it and what to write instead. The parts are
// compiled as they are at start, so that what passes here also starts.
func (c *Config) Validate() error {
	if err := c.validateLists(); err != nil {
		return err
	}
	if c.LeaderElector != nil && c.Storage == nil {
		return errors.New("`k8s_leader_elector` needs `storage`: a new leader goes on where the last one stopped; name a storage that all replicas share, such as s3checkpoint")
	}
	for i, part := range c.Parts() {
		err := part.Config.validate()
		if err != nil && i > 0 { // what the first one has is wrong with all
			err = fmt.Errorf("with `params` %s: %w", part.Name, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// validate checks a single source.
func (c *Config) validate() error {
	errs := []error{c.validateEndpoint(), c.validateTimes(), c.validateChoices(), c.validateResponse(), c.validateBounds(), c.validateExpand()}
	errs = append(append(errs, c.validatePagination()...), c.validateCredentials())
	if err := errors.Join(errs...); err != nil {
		return err
	}
	_, err := c.compile()
	return err
}

func (c *Config) validateEndpoint() error {
	if err := c.validateParams(); err != nil {
		return err
	}
	if c.ClientConfig.Endpoint == "" && c.Preset != "" {
		return errors.New("`endpoint` is empty: is the environment variable that it names set? without the key, the preset's address is asked")
	}
	if c.ClientConfig.Endpoint == "" {
		return errors.New("`endpoint` is missing: write the URL of the log's API, such as https://api.example.com/v1/audit, or name a `preset`")
	}
	if proxy := c.ClientConfig.ProxyURL; proxy != "" {
		// Without the cause, which quotes the URL and its password.
		u, err := url.ParseRequestURI(proxy)
		if err != nil {
			return errors.New("`proxy_url` is not a URL: write for example http://proxy.example.com:3128")
		}
		if u.User != nil {
			return errors.New("`proxy_url` has a user or password in it, which every print of the configuration would show: set the environment variables HTTPS_PROXY and HTTP_PROXY to this URL instead, and leave `proxy_url` out")
		}
	}
	if c.ClientConfig.Compression != "" {
		return errors.New("`compression` is not supported: requests are small; answers are asked for in gzip always")
	}
	return nil
}

// choice is a key that takes one of some words.
type choice struct {
	key, value string
	words      []string
}

func (c *Config) validateChoices() error {
	var errs []error
	for _, ch := range []choice{
		{"request::method", c.Request.Method, []string{"GET", "POST"}},
		{"time_filter::in", c.TimeFilter.In, []string{inQuery, inHeader, inBody}},
		{"time_filter::bounds", c.TimeFilter.Bounds, []string{boundsInclusive, boundsExclusive, boundsUnknown}},
		{"pagination::in", c.Pagination.In, []string{inQuery, inHeader, inBody}},
		{"response::format", c.Response.Format, slices.Sorted(maps.Keys(pageFormats))},
		{"response::order", c.Response.Order, []string{orderAscending, orderDescending, orderNone}},
		{"body", c.Body, []string{bodyRaw, bodyMap, bodyMessage}},
		{"dedupe::key", c.Dedupe.Key, []string{dedupeID, dedupeIDAndHash}},
		{"on_permanent_error::action", c.OnPermanentError.Action, []string{actionHold, actionQuarantine}},
	} {
		if !slices.Contains(ch.words, ch.value) {
			errs = append(errs, fmt.Errorf("`%s` is %q: write one of %s", ch.key, ch.value, strings.Join(ch.words, ", ")))
		}
	}
	for i, rule := range c.Response.ErrorWhen {
		if rule.Exists != nil && !*rule.Exists {
			errs = append(errs, fmt.Errorf("`response::error_when::%d::exists` is false, which is not supported: a list that is missing is an error already (see `response::records_optional`)", i))
		}
		if rule.Equals != nil && *rule.Equals == "" {
			errs = append(errs, fmt.Errorf("`response::error_when::%d::equals` is empty, which is not supported: with `path` alone the rule holds where there is a value", i))
		}
		if rule.Path == "" && len(rule.Status) == 0 {
			errs = append(errs, fmt.Errorf("`response::error_when::%d` has no condition: write a `path` with `equals`, `contains` or `exists`, or a `status`", i))
		}
	}
	return errors.Join(errs...)
}

func (c *Config) validateBounds() error {
	var errs []error
	at := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	at(c.RateLimit.RequestsPerSecond >= 0, "`rate_limit::requests_per_second` must not be negative, not %v", c.RateLimit.RequestsPerSecond)
	at(c.RateLimit.Burst >= 0, "`rate_limit::burst` must not be negative, not %d", c.RateLimit.Burst)
	at(c.Retry.InitialInterval != 0, "`retry::initial_interval` must be positive, not %v", c.Retry.InitialInterval)
	at(c.Retry.Multiplier >= 1, "`retry::multiplier` must be 1 or more, not %v", c.Retry.Multiplier)
	at(c.Retry.MaxInterval >= c.Retry.InitialInterval, "`retry::max_interval` (%v) must not be shorter than `retry::initial_interval` (%v)", c.Retry.MaxInterval, c.Retry.InitialInterval)
	at(c.Limits.MaxPageBytes >= 1<<10, "`limits::max_page_bytes` must be 1KiB or more, not %d bytes", c.Limits.MaxPageBytes)
	at(c.Limits.MaxRecords > 0, "`limits::max_records` must be positive, not %d", c.Limits.MaxRecords)
	at(c.Limits.MaxDepth > 0 && c.Limits.MaxDepth <= 10_000, "`limits::max_depth` must be from 1 to 10000, not %d", c.Limits.MaxDepth)
	at(c.Limits.MaxUncommittedPages >= 0 && c.Limits.MaxUncommittedPages <= 100, "`limits::max_uncommitted_pages` must be from 0 to 100, not %d", c.Limits.MaxUncommittedPages)
	at(c.Dedupe.MaxUIDs > 0, "`dedupe::max_uids` must be positive, not %d", c.Dedupe.MaxUIDs)
	at(c.TimeFilter.MaxResults >= 0, "`time_filter::max_results` must not be negative, not %d", c.TimeFilter.MaxResults)
	return errors.Join(errs...)
}

func (c *Config) validateCredentials() error {
	if c.emptySecret != "" {
		return fmt.Errorf("`%s` is empty: is the environment variable that it names set?", c.emptySecret)
	}
	kind, err := c.Credentials.Kind()
	if err != nil && c.noCredentials { // the preset has begun some
		return fmt.Errorf("`credentials` is missing: `otelcol-audit presets show %s` shows what to write", c.Preset)
	}
	if err != nil {
		return err
	}
	if kind != "" && c.ClientConfig.Auth.HasValue() {
		return fmt.Errorf("`credentials::%s` and `auth` are set: keep one of them", kind)
	}
	if key := c.Credentials.APIKey; key != nil && key.Body != "" && c.Request.Method != http.MethodPost {
		return errors.New("`credentials::api_key::body` needs a body: set `request::method` to POST")
	}
	_, err = auth.New(c.Credentials, auth.Settings{AllowHTTP: c.AllowHTTP, Params: c.params()})
	return err
}

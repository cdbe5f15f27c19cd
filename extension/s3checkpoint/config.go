// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
)

// Config is what the user writes.
type Config struct {
	// URL is bucket and prefix in one: s3://bucket/prefix. It stands for Bucket
	// and Prefix.
	URL string `mapstructure:"url"`
	// Bucket is the name of the bucket. Required, unless URL is given.
	Bucket string `mapstructure:"bucket"`
	// Prefix is put before every key, such as audit/prod. Default none.
	Prefix string `mapstructure:"prefix"`
	// Instance is a further part of every key. Collectors that share a bucket and
	// prefix but are not replicas of each other need different ones. Default none.
	Instance string `mapstructure:"instance"`
	// Region of the bucket. Default from the AWS environment.
	Region string `mapstructure:"region"`
	// Endpoint is the URL of a compatible server. Default Amazon's.
	Endpoint string `mapstructure:"endpoint"`
	// PathStyle addresses the bucket in the path instead of the host name. Most
	// compatible servers need it.
	PathStyle bool `mapstructure:"path_style"`
	// AllowHTTP permits an endpoint without TLS that is not on this machine.
	AllowHTTP bool `mapstructure:"allow_http"`
	// RoleARN is a role to assume with the credentials of the default chain.
	RoleARN string `mapstructure:"role_arn"`
	// ExternalID is sent when the role is assumed.
	ExternalID string `mapstructure:"external_id"`
	// SessionName names the assumed session. Default otelcol-s3checkpoint.
	SessionName string `mapstructure:"session_name"`
	// SSE is the server-side encryption to ask for: AES256 or aws:kms. Default
	// the bucket's.
	SSE string `mapstructure:"sse"`
	// KMSKeyID is the key of sse aws:kms. Default the account's.
	KMSKeyID string `mapstructure:"kms_key_id"`
	// ExpectedBucketOwner is the account that must own the bucket, twelve digits.
	ExpectedBucketOwner string `mapstructure:"expected_bucket_owner"`
	// Timeout bounds one request. Default 10s.
	Timeout time.Duration `mapstructure:"timeout"`
	// Retry is how requests that failed are repeated.
	Retry RetryConfig `mapstructure:"retry"`
	// RequireConditionalWrites refuses to work with a server that ignores
	// If-Match and If-None-Match. Default true. When false such a server is used
	// with a warning, and two replicas at once may overwrite each other.
	RequireConditionalWrites bool `mapstructure:"require_conditional_writes"`
	// Lease makes a second replica wait until the first one stops renewing.
	Lease configoptional.Optional[LeaseConfig] `mapstructure:"lease"`
	// PreviousEvery is after how many generations the previous one is kept anew
	// in KEY.prev. 1..1000, default 10.
	PreviousEvery int `mapstructure:"previous_every"`
	// Cleanup deletes parts (KEY.d/...) that no generation refers to any more. It
	// needs s3:DeleteObject on them. Default false.
	Cleanup bool `mapstructure:"cleanup"`
	// AllowExporters permits the sending queues of exporters. Default false.
	AllowExporters bool `mapstructure:"allow_exporters"`
	// Import seeds restaudit receivers that have no checkpoint yet.
	Import configoptional.Optional[ImportConfig] `mapstructure:"import"`
}

// RetryConfig is how requests that failed are repeated.
type RetryConfig struct {
	// InitialInterval is the first pause. Default 100ms.
	InitialInterval time.Duration `mapstructure:"initial_interval"`
	// MaxInterval is the longest pause. Default 5s.
	MaxInterval time.Duration `mapstructure:"max_interval"`
	// MaxElapsedTime is after how long a call gives up and returns the error. 0 =
	// when its context ends. Default 30s.
	MaxElapsedTime time.Duration `mapstructure:"max_elapsed_time"`
}

// LeaseConfig makes the holder of a checkpoint renew it.
type LeaseConfig struct {
	// TTL is how long a standby must see no renewal before it takes over. 1s..1h,
	// default 60s.
	TTL time.Duration `mapstructure:"ttl"`
}

const (
	// shortest is the shortest time that anybody can mean: a number without a unit
	// counts nanoseconds.
	shortest   = time.Millisecond
	minTTL     = time.Second
	maxTTL     = time.Hour
	defaultTTL = time.Minute
	maxPrevGap = 1000
)

func createDefaultConfig() component.Config {
	return &Config{
		SessionName: "otelcol-s3checkpoint",
		Timeout:     10 * time.Second,
		Retry: RetryConfig{
			InitialInterval: 100 * time.Millisecond,
			MaxInterval:     5 * time.Second,
			MaxElapsedTime:  30 * time.Second,
		},
		RequireConditionalWrites: true,
		Lease:                    configoptional.Default(LeaseConfig{TTL: defaultTTL}),
		PreviousEvery:            10,
		Import:                   configoptional.Default(ImportConfig{}),
	}
}

var (
	bucketName   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	pathElements = regexp.MustCompile(`^[A-Za-z0-9!_.*'()=-]+(/[A-Za-z0-9!_.*'()=-]+)*$`)
	accountID    = regexp.MustCompile(`^[0-9]{12}$`)
)

// Validate checks what can be known without asking S3.
func (c *Config) Validate() error {
	loc, err := c.location()
	if err != nil {
		return err
	}
	return errors.Join(
		loc.validate(),
		c.validateEndpoint(),
		c.validateEncryption(),
		c.validateTimes(),
		when(c.ExpectedBucketOwner != "" && !accountID.MatchString(c.ExpectedBucketOwner),
			"`expected_bucket_owner` must be an account id of twelve digits"),
		when(c.ExternalID != "" && c.RoleARN == "", "`external_id` needs `role_arn`"),
		when(c.PreviousEvery < 1 || c.PreviousEvery > maxPrevGap, "`previous_every` must be 1..1000"),
		c.validateLease(),
	)
}

// when gives an error if wrong holds.
func when(wrong bool, text string) error {
	if wrong {
		return errors.New(text)
	}
	return nil
}

func (c *Config) validateLease() error {
	lease := c.Lease.Get()
	if lease == nil {
		return nil
	}
	return errors.Join(
		when(lease.TTL < minTTL || lease.TTL > maxTTL, "`lease::ttl` must be 1s..1h"),
		when(!c.RequireConditionalWrites, "`lease` needs conditional writes: leave `require_conditional_writes` true"),
	)
}

func (c *Config) validateTimes() error {
	return errors.Join(
		when(c.Timeout < shortest, "`timeout` must be positive, with a unit, such as 10s"),
		when(c.Retry.InitialInterval < shortest, "`retry::initial_interval` must be positive, with a unit, such as 100ms"),
		when(c.Retry.MaxInterval < c.Retry.InitialInterval, "`retry::max_interval` must not be below `retry::initial_interval`"),
		when(c.Retry.MaxElapsedTime < 0, "`retry::max_elapsed_time` must not be negative"),
		when(c.Retry.MaxElapsedTime > 0 && c.Retry.MaxElapsedTime < shortest, "`retry::max_elapsed_time` needs a unit, such as 30s"),
	)
}

func (c *Config) validateEncryption() error {
	return errors.Join(
		when(c.SSE != "" && c.SSE != "AES256" && c.SSE != "aws:kms", "`sse` must be AES256 or aws:kms"),
		when(c.KMSKeyID != "" && c.SSE != "aws:kms", "`kms_key_id` needs `sse: aws:kms`"),
	)
}

func (c *Config) validateEndpoint() error {
	if c.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(c.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("`endpoint` must be a URL such as https://s3.example.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("`endpoint` must have no user, query or fragment")
	case u.Scheme == "http" && !c.AllowHTTP && !loopback(u.Hostname()):
		return errors.New("`endpoint` is not TLS: use https, or set `allow_http: true`")
	}
	return nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// location is where the checkpoints are.
type location struct{ bucket, prefix, instance string }

func (c *Config) location() (location, error) {
	loc := location{bucket: c.Bucket, prefix: strings.Trim(c.Prefix, "/"), instance: c.Instance}
	if c.URL == "" {
		return loc, when(c.Bucket == "", "`bucket` (or `url`) is missing")
	}
	if c.Bucket != "" || c.Prefix != "" {
		return loc, errors.New("`url` stands for `bucket` and `prefix`: give one or the other")
	}
	bucket, path, err := splitURL(c.URL)
	if err != nil {
		return loc, fmt.Errorf("`url` %w", err)
	}
	if strings.HasSuffix(path, ".json") {
		return loc, errors.New("`url` names one object: give its folder here, and the object under `import::url` to take over its positions")
	}
	loc.bucket, loc.prefix = bucket, path
	return loc, nil
}

func (l location) validate() error {
	return errors.Join(
		when(!bucketName.MatchString(l.bucket), "`bucket` is not the name of a bucket"),
		when(!goodPath(l.prefix), "`prefix` must be made of letters, digits and !_.*'()=- between slashes, 512 bytes at most"),
		when(!goodPath(l.instance) || strings.Contains(l.instance, "/"), "`instance` must be made of letters, digits and !_.*'()=-"),
	)
}

func goodPath(p string) bool {
	if p == "" {
		return true
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == "." || part == ".." {
			return false
		}
	}
	return len(p) <= 512 && pathElements.MatchString(p)
}

// splitURL takes s3://bucket/path apart.
func splitURL(text string) (bucket, path string, err error) {
	rest, ok := strings.CutPrefix(text, "s3://")
	if !ok {
		return "", "", errors.New("must look like s3://bucket/prefix")
	}
	bucket, path, _ = strings.Cut(rest, "/")
	return bucket, strings.Trim(path, "/"), nil
}

// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package flicker

import "go.yaml.in/yaml/v3"

// config is Flicker's configuration file.
type config struct {
	APISources       []source  `yaml:"api_sources"`
	LogFiles         yaml.Node `yaml:"log_files"`
	DockerContainers yaml.Node `yaml:"docker_containers"`
	Retry            *retry    `yaml:"retry"`
}

// retry is what Flicker does about a destination that fails.
type retry struct {
	MaxRetries     *int   `yaml:"max_retries"`
	InitialDelayMS *int64 `yaml:"initial_delay_ms"`
	MaxDelayMS     *int64 `yaml:"max_delay_ms"`
	MaxQueueSize   *int   `yaml:"max_queue_size"`
}

// source is one API that is polled.
type source struct {
	Name               string            `yaml:"name"`
	Endpoint           string            `yaml:"endpoint"`
	PollingFrequencyMS int64             `yaml:"polling_frequency_ms"`
	APIKey             string            `yaml:"api_key"`
	Basic              *basic            `yaml:"basic"`
	Auth               *auth             `yaml:"auth"`
	Headers            map[string]string `yaml:"headers"`
	ResultsField       string            `yaml:"results_field"`
	TimestampField     string            `yaml:"timestamp_field"`
	MessageField       string            `yaml:"message_field"`
	TimeFilterParam    string            `yaml:"time_filter_param"`
	TimeFilterFormat   string            `yaml:"time_filter_format"`
	Pagination         *pagination       `yaml:"pagination"`
	MatchOn            []string          `yaml:"match_on"`
	ExcludeOn          []string          `yaml:"exclude_on"`
	BufferSize         int               `yaml:"buffer_size"`
	FlushIntervalMS    int64             `yaml:"flush_interval_ms"`
	Masking            yaml.Node         `yaml:"masking"`
	Destination        *destination      `yaml:"destination"`
}

type basic struct {
	Username string `yaml:"username"`
	Password string `yaml:"password"`
}

// auth is the form in which Flicker's documentation shows credentials of
// destinations.
type auth struct {
	Type     string `yaml:"type"` // bearer, basic, api_key or header
	Token    string `yaml:"token"`
	Username string `yaml:"username"`
	Password string `yaml:"password"`
	Key      string `yaml:"key"`
	Header   string `yaml:"header"`
	Value    string `yaml:"value"`
}

type pagination struct {
	Type            string `yaml:"pagination_type"` // offset, cursor or page
	PageSize        int64  `yaml:"page_size"`
	LimitParam      string `yaml:"limit_param"`
	OffsetParam     string `yaml:"offset_param"`
	CursorParam     string `yaml:"cursor_param"`
	NextCursorField string `yaml:"next_cursor_field"`
	PageParam       string `yaml:"page_param"`
	NextPageField   string `yaml:"next_page_field"`
	HasMoreField    string `yaml:"has_more_field"`
}

// destination is where the events of one source go. Each type uses a part of
// the fields.
type destination struct {
	Type string `yaml:"type"` // http, syslog, elasticsearch, file or s3

	Endpoint    string `yaml:"endpoint"`
	RequireAuth bool   `yaml:"require_auth"`
	APIKey      string `yaml:"api_key"`
	Basic       *basic `yaml:"basic"`
	Auth        *auth  `yaml:"auth"`
	Compression bool   `yaml:"compression"`
	TLS         *tls   `yaml:"tls"`

	Host     string `yaml:"host"`
	Port     int    `yaml:"port"`
	Protocol string `yaml:"protocol"`

	URL   string `yaml:"url"`
	Index string `yaml:"index"`

	Path string `yaml:"path"`

	Bucket string `yaml:"bucket"`
	Prefix string `yaml:"prefix"`
	Region string `yaml:"region"`
}

type tls struct {
	CertPath           string `yaml:"cert_path"`
	KeyPath            string `yaml:"key_path"`
	CACertPath         string `yaml:"ca_cert_path"`
	AcceptInvalidCerts bool   `yaml:"accept_invalid_certs"`
}

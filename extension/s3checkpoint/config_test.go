// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// load reads YAML as the Collector does.
func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestTheShortestConfigIsTwoWords(t *testing.T) {
	for text, want := range map[string]location{
		"bucket: audit": {bucket: "audit"},
		"{bucket: audit, prefix: /a/b/, instance: x}": {bucket: "audit", prefix: "a/b", instance: "x"},
		"url: s3://audit":  {bucket: "audit"},
		"url: s3://audit/": {bucket: "audit"},
		"{url: 's3://audit/a/b/', instance: 'eu-1'}":     {bucket: "audit", prefix: "a/b", instance: "eu-1"},
		"{url: 's3://audit/a', region: eu-central-1}":    {bucket: "audit", prefix: "a"},
		"{bucket: audit, endpoint: 'http://[::1]:9000'}": {bucket: "audit"},
	} {
		cfg, err := load(t, text)
		require.NoError(t, err, text)
		loc, err := cfg.location()
		require.NoError(t, err)
		assert.Equal(t, want, loc, text)
		assert.Nil(t, cfg.Lease.Get())
		assert.Nil(t, cfg.Import.Get())
		assert.True(t, cfg.RequireConditionalWrites)
	}
}

func TestEveryKeyIsRead(t *testing.T) {
	cfg, err := load(t, `
bucket: audit
prefix: p
instance: i
region: eu-central-1
endpoint: https://s3.example.com
path_style: true
role_arn: arn:aws:iam::111122223333:role/x
external_id: e
session_name: s
sse: aws:kms
kms_key_id: k
expected_bucket_owner: "111122223333"
timeout: 1s
retry: {initial_interval: 1ms, max_interval: 2ms, max_elapsed_time: 3ms}
lease: {ttl: 30s}
previous_every: 5
cleanup: true
allow_exporters: true
allow_http: true
import: {object: old/registry.json, map: {okta-old: okta}}
`)
	require.NoError(t, err)
	assert.Equal(t, 30*time.Second, cfg.Lease.Get().TTL)
	assert.Equal(t, "okta", cfg.Import.Get().Map["okta-old"])
	assert.Equal(t, RetryConfig{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond}, cfg.Retry)

	cfg, err = load(t, "{bucket: audit, lease: {}}")
	require.NoError(t, err)
	assert.Equal(t, time.Minute, cfg.Lease.Get().TTL, "an empty `lease` turns it on")
}

func TestMistakesAreNamed(t *testing.T) {
	for _, tc := range [][2]string{
		{"{}", "`bucket` (or `url`) is missing"},
		{"bucket: A", "`bucket` is not the name"},
		{"bucket: s3://x", "`bucket` is not the name"},
		{"url: https://audit/x", "s3://bucket/prefix"},
		{"url: s3://A/x", "`bucket` is not the name"},
		{"{url: s3://a1, bucket: b}", "one or the other"},
		{"url: s3://audit/registry.json", "`import::url`"},
		{"{bucket: audit, prefix: a//b}", "`prefix`"},
		{"{bucket: audit, prefix: ../b}", "`prefix`"},
		{"{bucket: audit, prefix: 'a b'}", "`prefix`"},
		{"{bucket: audit, instance: a/b}", "`instance`"},
		{"{bucket: audit, endpoint: s3.example.com}", "`endpoint` must be a URL"},
		{"{bucket: audit, endpoint: 'ftp://s3.example.com'}", "`endpoint` must be a URL"},
		{"{bucket: audit, endpoint: 'https://u:p@s3.example.com'}", "no user"},
		{"{bucket: audit, endpoint: 'http://s3.example.com'}", "allow_http"},
		{"{bucket: audit, sse: DES}", "`sse`"},
		{"{bucket: audit, kms_key_id: x}", "`kms_key_id` needs"},
		{"{bucket: audit, expected_bucket_owner: me}", "twelve digits"},
		{"{bucket: audit, external_id: x}", "`external_id` needs"},
		{"{bucket: audit, timeout: 0s}", "`timeout`"},
		{"{bucket: audit, timeout: 10}", "`timeout` must be positive, with a unit"},
		{"{bucket: audit, retry: {initial_interval: 100}}", "`retry::initial_interval` must be positive, with a unit"},
		{"{bucket: audit, retry: {max_elapsed_time: 30}}", "`retry::max_elapsed_time` needs a unit"},
		{"{bucket: audit, previous_every: 0}", "`previous_every`"},
		{"{bucket: audit, retry: {initial_interval: 0s}}", "`retry::initial_interval`"},
		{"{bucket: audit, retry: {max_interval: 1ms}}", "`retry::max_interval`"},
		{"{bucket: audit, retry: {max_elapsed_time: -1s}}", "`retry::max_elapsed_time`"},
		{"{bucket: audit, lease: {ttl: 1ms}}", "`lease::ttl`"},
		{"{bucket: audit, lease: {}, require_conditional_writes: false}", "`lease` needs conditional writes"},
		{"{bucket: audit, import: {}}", "`url` or `object`"},
		{"{bucket: audit, import: {object: a, url: 's3://b/c'}}", "`url` or `object`"},
		{"{bucket: audit, import: {url: 's3://bucket'}}", "must name an object"},
		{"{bucket: audit, import: {url: 'file://x/y'}}", "s3://bucket/prefix"},
		{"{bucket: audit, import: {object: a, map: {x: o, y: o}}}", "two positions"},
		{"{bucket: audit, buket: x}", "buket"},
		{"{bucket: audit, access_key_id: x}", "access_key_id"},
	} {
		_, err := load(t, tc[0])
		require.ErrorContains(t, err, tc[1], tc[0])
	}
}

func TestKeysAreReadableAndDoNotEscapeTheirFolder(t *testing.T) {
	for _, tc := range []struct {
		loc     location
		kind    component.Kind
		name    string
		storage string
		want    string
	}{
		{location{}, component.KindReceiver, "", "", "receiver_restaudit.json"},
		{location{prefix: "a/b"}, component.KindReceiver, "okta-audit-logs", "", "a/b/receiver_restaudit_okta-audit-logs.json"},
		{location{prefix: "a", instance: "eu"}, component.KindProcessor, "x", "y", "a/eu/processor_restaudit_x_y.json"},
		{location{}, component.KindReceiver, "../../etc", "", "receiver_restaudit_..~002F..~002Fetc.json"},
		{location{}, component.KindReceiver, "a b~ü😀", "", "receiver_restaudit_a~0020b~007E~00FC~D83D~DE00.json"},
	} {
		id := component.MustNewID("restaudit")
		if tc.name != "" {
			id = component.NewIDWithName(id.Type(), tc.name)
		}
		assert.Equal(t, tc.want, tc.loc.objectKey(tc.kind, id, tc.storage))
	}
	long := location{prefix: strings.Repeat("p", 512)}
	one := long.objectKey(component.KindReceiver, okta, strings.Repeat("é", 300)+"1")
	two := long.objectKey(component.KindReceiver, okta, strings.Repeat("é", 300)+"2")
	assert.NotEqual(t, one, two)
	assert.LessOrEqual(t, len(one), 910)
}

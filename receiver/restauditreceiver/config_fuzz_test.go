// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"strings"
	"testing"

	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// FuzzConfig: a configuration is taken or refused, and an error never shows a
// secret of it.
func FuzzConfig(f *testing.F) {
	f.Add(everyKnob)
	for _, text := range vendorConfigs {
		f.Add(strings.NewReplacer("URL", "https://a.example", "TOKEN", "x").Replace(text))
	}
	f.Add("endpoint: https://a.example\ncredentials: {bearer: s3cr3t-s3cr3t}\npoll_interval: 30\n")
	f.Add("endpoint: https://a.example\ncredentials: {header: s3cr3t-s3cr3t, api_key: {value: b}}\n")
	f.Add("preset: okta\nparams: {org: [a, b, {}]}\ncredentials: {header: s3cr3t-s3cr3t}\n")
	f.Add("endpoint: https://a.example/{params.x}\nparams: {x: '{params.x}'}\nlimits: {max_page_bytes: 9e99GiB, max_depth: -1}\n")
	f.Fuzz(func(t *testing.T, text string) {
		var raw map[string]any
		if len(text) > 1<<14 || yaml.Unmarshal([]byte(text), &raw) != nil {
			return
		}
		cfg := createDefaultConfig().(*Config)
		err := confmap.NewFromStringMap(raw).Unmarshal(cfg)
		if err == nil {
			err = confmap.Validate(cfg)
		}
		if err == nil || strings.Count(text, "s3cr3t-s3cr3t") != 1 {
			return
		}
		held := cfg.Credentials.Bearer + cfg.Credentials.Header
		if held == "s3cr3t-s3cr3t" && strings.Contains(err.Error(), "s3cr3t-s3cr3t") {
			t.Fatalf("the error shows a secret: %v", err)
		}
	})
}

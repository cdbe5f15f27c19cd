// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package presets

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestEveryPresetHasTheFactsThatAPersonNeeds(t *testing.T) {
	names := Names()
	assert.GreaterOrEqual(t, len(names), 60)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			p, err := Get(name)
			require.NoError(t, err)
			for fact, value := range map[string]string{
				"title": p.Title, "vendor": p.Vendor, "log": p.Log, "docs": p.Docs, "setup": p.Setup, "credentials": p.Credentials,
				"rate_limit": p.RateLimit, "retention": p.Retention, "lateness": p.Lateness, "order": p.Order,
			} {
				assert.NotEmpty(t, strings.TrimSpace(value), fact)
			}
			assert.Contains(t, []string{"high", "medium", "low"}, p.Confidence)
			assert.Regexp(t, `^https://`, p.Docs)
			assert.Regexp(t, `^[a-z0-9_]+$`, p.Name)
			resource, _ := p.Config["resource_attributes"].(map[string]any)
			assert.NotEmpty(t, resource["com.splunk.sourcetype"])
			assert.Regexp(t, `^[a-z0-9_.]+$`, resource["data_stream.dataset"], "Elasticsearch takes no other characters")
			assert.NotEmpty(t, p.Config["attributes"])
		})
	}
}

// placeholders are the params that a config uses.
var placeholders = regexp.MustCompile(`\{params\.([a-z0-9_]+)\}`)

func TestParamsAreUsedAndDescribed(t *testing.T) {
	for _, name := range Names() {
		p, err := Get(name)
		require.NoError(t, err)
		text, err := yaml.Marshal(p.Config)
		require.NoError(t, err)
		used := map[string]bool{}
		for _, match := range placeholders.FindAllStringSubmatch(string(text), -1) {
			used[match[1]] = true
		}
		for param, spec := range p.Params {
			assert.True(t, used[param], "%s: param %s is not used", name, param)
			assert.NotEmpty(t, spec.Description, "%s: param %s", name, param)
			assert.NotEmpty(t, spec.Example, "%s: param %s", name, param)
		}
	}
}

func TestASecretIsNeverWrittenOut(t *testing.T) {
	for _, name := range Names() {
		p, err := Get(name)
		require.NoError(t, err)
		assert.Contains(t, p.Credentials, "${env:", name)
	}
}

func TestUnknownName(t *testing.T) {
	for name, want := range map[string]string{
		"github": "github_org", "Okta": "okta", "onepass": "onepassword_item_usages", "../okta": "okta", "": "", strings.Repeat("x", 1000): "",
	} {
		_, err := Get(name)
		assert.ErrorContains(t, err, want)
		assert.Less(t, len(err.Error()), 1400)
	}
}

func TestMinimal(t *testing.T) {
	fallback := "x"
	p := Preset{
		Name: "acme", Credentials: "header: \"SSWS ${env:T}\"\n", Also: "headers: {A: b}",
		Params: map[string]Param{"org": {Example: "acme"}, "id": {Example: "42"}, "host": {Example: "h", Default: &fallback}},
	}
	assert.Equal(t, `preset: acme
params: {id: "42", org: acme}
credentials: {header: "SSWS ${env:T}"}
headers: {A: b}
storage: file_storage
`, p.Minimal())
	p.Credentials, p.Also, p.Params = "oauth2:\n  client_id: a\n", "", nil
	assert.Equal(t, "preset: acme\ncredentials:\n  oauth2:\n    client_id: a\nstorage: file_storage\n", p.Minimal())
}

func TestExamplesAreQuotedWhereYAMLWouldChangeThem(t *testing.T) {
	for text, want := range map[string]string{
		"acme": "acme", "eu-1.example": "eu-1.example", "1.5": `"1.5"`, "true": `"true"`, "": `""`, `a"b`: `"a\"b"`, "a: b": `"a: b"`, "-": `"-"`,
	} {
		assert.Equal(t, want, quoted(text))
		var back map[string]any
		require.NoError(t, yaml.Unmarshal([]byte("{x: "+quoted(text)+"}"), &back))
		assert.Equal(t, map[string]any{"x": text}, back)
	}
}

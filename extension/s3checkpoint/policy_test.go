// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

var docs = filepath.Join("..", "..", "docs")

// The documented policy gives the rights that are used, and no more.
func TestTheDocumentedPolicyIsTheLeastThatWorks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(docs, "s3-iam-policy.json"))
	require.NoError(t, err)
	var policy struct {
		Version   string
		Statement []struct {
			Sid, Effect string
			Action      []string
			Resource    string
			Condition   map[string]map[string]any
		}
	}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&policy))
	assert.Equal(t, "2012-10-17", policy.Version)
	actions := map[string]string{}
	for _, s := range policy.Statement {
		assert.Equal(t, "Allow", s.Effect)
		assert.Regexp(t, "^[A-Za-z0-9]+$", s.Sid)
		for _, a := range s.Action {
			assert.NotContains(t, a, "*")
			assert.NotContains(t, a, "Delete")
			actions[a] = s.Resource
		}
		if s.Resource == "arn:aws:s3:::BUCKET" {
			assert.Contains(t, s.Condition["StringLike"], "s3:prefix")
		}
	}
	assert.Equal(t, map[string]string{
		"s3:GetObject":        "arn:aws:s3:::BUCKET/PREFIX/*",
		"s3:PutObject":        "arn:aws:s3:::BUCKET/PREFIX/*",
		"s3:ListBucket":       "arn:aws:s3:::BUCKET",
		"kms:GenerateDataKey": "arn:aws:kms:REGION:ACCOUNT:key/KEY",
		"kms:Decrypt":         "arn:aws:kms:REGION:ACCOUNT:key/KEY",
	}, actions)
}

// Every key of the config is in the README's table.
func TestEverySettingIsDocumented(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var walk func(typ reflect.Type, prefix string)
	walk = func(typ reflect.Type, prefix string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			key := prefix + f.Tag.Get("mapstructure")
			switch f.Type {
			case reflect.TypeFor[RetryConfig]():
				walk(f.Type, key+"::")
			case reflect.TypeFor[configoptional.Optional[LeaseConfig]]():
				walk(reflect.TypeFor[LeaseConfig](), key+"::")
			case reflect.TypeFor[configoptional.Optional[ImportConfig]]():
				walk(reflect.TypeFor[ImportConfig](), key+"::")
			default:
				assert.Contains(t, string(text), "`"+key+"`")
			}
		}
	}
	walk(reflect.TypeFor[Config](), "")
}

// Every YAML block about the extension in the documents is a valid config.
func TestTheDocumentedConfigsAreValid(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	checked := 0
	for _, file := range []string{filepath.Join(docs, "checkpoints.md"), "README.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range block.FindAllStringSubmatch(string(text), -1) {
			var raw map[string]map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(found[1]), &raw), found[1])
			for name, part := range raw["extensions"] {
				if !strings.HasPrefix(name, "s3checkpoint") {
					continue
				}
				cfg := createDefaultConfig().(*Config)
				require.NoError(t, confmap.NewFromStringMap(part.(map[string]any)).Unmarshal(cfg), found[1])
				require.NoError(t, confmap.Validate(cfg), found[1])
				checked++
			}
		}
	}
	assert.GreaterOrEqual(t, checked, 4)
}
